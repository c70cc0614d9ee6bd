# ffh_add_rust_library(NAME n CRATE directory [FEATURES ...] [CFG ...] [PLAIN])
#
#   NAME      the imported target, which C and C++ targets link; it brings Rust's system libraries along
#   CRATE     the directory of a crate with a library; the Cargo.lock beside it (or its workspace's) pins every
#             dependency by checksum, and cargo never changes it
#   FEATURES  features of the crate
#   CFG       what rustc's --cfg sets in the crate and all its dependencies; the external flavor leaves the
#             flags to whoever calls it
#   PLAIN     only what a plain libFuzzer target has: the sanitizer and libFuzzer's coverage, without a callback at
#             every load, store and edge
#
# The crate and its dependencies are instrumented for the flavor; Rust's standard library is not: it comes compiled.
# The linker puts harness/rust/wrap.c before Rust's allocation functions, so that the ledger knows what Rust allocates
# and with which layout (not with PLAIN, and not in the external flavor, whose flags are the environment's).
# An executable can hold one such library: two would both bring the symbols of the standard library. Put several
# crates below one that depends on them.

# Sanitizers and coverage passes are nightly options that a stable compiler takes only when told so.
set(FFH_RUST_SANITIZE -Zsanitizer=address -Zexternal-clangrt)
set(FFH_RUST_SANITIZE_THREAD -Zsanitizer=thread -Zexternal-clangrt)
set(FFH_RUST_COVERAGE -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares)
set(FFH_RUST_SWITCH_POINTS -Cllvm-args=-sanitizer-coverage-trace-loads -Cllvm-args=-sanitizer-coverage-trace-stores
    -Cllvm-args=-sanitizer-coverage-trace-pc)
# rustc runs AddressSanitizer before the coverage pass, which would then take the sanitizer's own loads, stores and
# branches for the program's: half of all callbacks. As calls they are not seen.
set(FFH_RUST_CHECKS_AS_CALLS -Cllvm-args=-asan-instrumentation-with-call-threshold=0
    -Cllvm-args=-asan-max-inline-poisoning-size=0 -Cllvm-args=-asan-use-after-return=always)
set(FFH_RUST_DEBUG -g -Cforce-frame-pointers=yes)

function(ffh_add_rust_library)
  cmake_parse_arguments(PARSE_ARGV 0 arg "PLAIN" "NAME;CRATE" "FEATURES;CFG")
  ffh_need_arguments(ffh_add_rust_library NAME CRATE)
  set(manifest ${arg_CRATE}/Cargo.toml)
  cmake_path(ABSOLUTE_PATH manifest BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
  cmake_path(GET manifest PARENT_PATH crate)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${crate}/Cargo.toml)
  ffh_find_rust()
  ffh_rust_metadata(${crate} library workspace)
  ffh_rust_environment(environment ${arg_PLAIN} ${arg_CFG})
  list(JOIN arg_FEATURES "," features)

  set(directory ${PROJECT_BINARY_DIR}/cargo/${arg_NAME})
  set(stem ${directory}/${FFH_RUST_HOST}/release/lib${library})
  # Naming the platform keeps the flags away from build scripts and procedural macros. The touch is for an
  # input that changed and changed back: cargo then leaves the library as it is.
  add_custom_command(
    OUTPUT ${stem}.a
    COMMAND ${CMAKE_COMMAND} -E env ${environment} -- ${FFH_CARGO} rustc --quiet --lib --crate-type staticlib --locked
            --release --manifest-path ${crate}/Cargo.toml --target ${FFH_RUST_HOST} --target-dir ${directory}
            "$<$<BOOL:${features}>:--features=${features}>"
    COMMAND ${CMAKE_COMMAND} -E touch ${stem}.a
    DEPENDS ${crate}/Cargo.toml ${workspace}/Cargo.toml ${workspace}/Cargo.lock ${FFH_RUSTC}
    DEPFILE ${stem}.d
    WORKING_DIRECTORY ${crate}
    COMMENT "Building Rust library ${arg_NAME}"
    COMMAND_EXPAND_LISTS VERBATIM)
  add_custom_target(${arg_NAME}-cargo DEPENDS ${stem}.a)
  add_library(${arg_NAME} STATIC IMPORTED GLOBAL)
  add_dependencies(${arg_NAME} ${arg_NAME}-cargo)
  set_target_properties(${arg_NAME} PROPERTIES IMPORTED_LOCATION ${stem}.a)
  target_link_libraries(${arg_NAME} INTERFACE ${FFH_RUST_SYSTEM_LIBRARIES})
  if(FFH_RUST_ALLOCATORS AND NOT arg_PLAIN AND FFH_FLAVOR MATCHES "^(asan|tsan|native)$")
    ffh_rust_wrapped(wrapped)
    target_link_libraries(${arg_NAME} INTERFACE ${wrapped})
  endif()
endfunction()

# The library of wrappers, with the link options that put it in place; made once.
function(ffh_rust_wrapped out)
  if(NOT TARGET ffh_rust_wrap)
    add_library(ffh_rust_wrap STATIC ${PROJECT_SOURCE_DIR}/harness/rust/wrap.c)
    target_include_directories(ffh_rust_wrap PRIVATE ${PROJECT_SOURCE_DIR}/harness/include)
    target_compile_options(ffh_rust_wrap PRIVATE -O2 -g -fno-omit-frame-pointer)
    target_link_libraries(ffh_rust_wrap PRIVATE ffh_warnings)
    foreach(name IN LISTS FFH_RUST_ALLOCATORS)
      string(REGEX MATCH "rust_[a-z_]+$" macro ${name})
      string(TOUPPER ${macro} macro)
      target_compile_definitions(ffh_rust_wrap PRIVATE FFH_${macro}=${name})
      target_link_options(ffh_rust_wrap INTERFACE -Wl,--wrap=${name})
    endforeach()
  endif()
  set(${out} ffh_rust_wrap PARENT_SCOPE)
endfunction()

# The four allocation functions of Rust as they are called in its static libraries; empty, with a warning, when they
# are not there.
function(ffh_rust_allocators archive out)
  find_program(FFH_NM NAMES llvm-nm-19 llvm-nm nm)
  execute_process(COMMAND ${FFH_NM} --defined-only ${archive} OUTPUT_VARIABLE symbols ERROR_QUIET)
  set(found "")
  foreach(function rust_alloc rust_alloc_zeroed rust_realloc rust_dealloc)
    if(symbols MATCHES " T ([A-Za-z0-9_]*__${function})\n")
      list(APPEND found ${CMAKE_MATCH_1})
    else()
      message(WARNING "${FFH_RUSTC}: no __${function} in a static library: what Rust allocates is not told apart")
      set(${out} "" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  set(${out} ${found} PARENT_SCOPE)
endfunction()

# What cargo's environment adds for the flavor, after the names for --cfg. The crate's own release profile gives way where it would undo
# what the flavor is for: checks off, symbols stripped, a panic that aborts.
function(ffh_rust_environment out plain)
  set(profile
      CARGO_PROFILE_RELEASE_OPT_LEVEL=1
      CARGO_PROFILE_RELEASE_DEBUG=true
      CARGO_PROFILE_RELEASE_STRIP=none
      CARGO_PROFILE_RELEASE_LTO=off
      CARGO_PROFILE_RELEASE_PANIC=unwind
      CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS=true
      CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS=true)
  if(FFH_FLAVOR STREQUAL "external")
    set(${out} --unset=CARGO_BUILD_TARGET PARENT_SCOPE)
    return()
  elseif(FFH_FLAVOR STREQUAL "coverage")
    set(flags ${FFH_RUST_DEBUG} -Cinstrument-coverage)
  elseif(FFH_FLAVOR STREQUAL "tsan")
    set(flags ${FFH_RUST_DEBUG} ${FFH_RUST_SANITIZE_THREAD} ${FFH_RUST_MISMATCH} ${FFH_RUST_COVERAGE})
  elseif(FFH_FLAVOR STREQUAL "native")
    set(flags ${FFH_RUST_DEBUG} ${FFH_RUST_COVERAGE})
    list(TRANSFORM profile REPLACE "OPT_LEVEL=1" "OPT_LEVEL=2")
  else()
    set(flags ${FFH_RUST_DEBUG} ${FFH_RUST_SANITIZE} ${FFH_RUST_COVERAGE})
    if(NOT plain)
      list(APPEND flags ${FFH_RUST_CHECKS_AS_CALLS})
    endif()
  endif()
  if(NOT plain AND NOT FFH_FLAVOR STREQUAL "coverage")
    list(APPEND flags ${FFH_RUST_SWITCH_POINTS})
  endif()
  list(TRANSFORM ARGN PREPEND --cfg= OUTPUT_VARIABLE names)
  list(APPEND flags ${names})
  list(JOIN flags " " flags)
  set(${out} --unset=CARGO_ENCODED_RUSTFLAGS "RUSTFLAGS=${flags}" RUSTC_BOOTSTRAP=1 CARGO_INCREMENTAL=0 ${profile}
      PARENT_SCOPE)
endfunction()

# The name of the library that cargo builds, and the directory of the Cargo.lock.
function(ffh_rust_metadata crate out_library out_workspace)
  execute_process(
    COMMAND ${FFH_CARGO} metadata --no-deps --offline --format-version 1 --manifest-path ${crate}/Cargo.toml
    WORKING_DIRECTORY ${crate} RESULT_VARIABLE status OUTPUT_VARIABLE metadata ERROR_VARIABLE problem)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "cargo cannot read ${crate}/Cargo.toml:\n${problem}")
  endif()
  string(JSON workspace GET "${metadata}" workspace_root)
  if(NOT EXISTS ${workspace}/Cargo.lock)
    message(FATAL_ERROR "${workspace} has no Cargo.lock: create it with cargo generate-lockfile and commit it")
  endif()
  set(library "")
  string(JSON packages LENGTH "${metadata}" packages)
  math(EXPR last "${packages} - 1")
  foreach(index RANGE ${last})
    string(JSON manifest GET "${metadata}" packages ${index} manifest_path)
    if(manifest STREQUAL "${crate}/Cargo.toml")
      ffh_rust_library_name("${metadata}" ${index} library)
    endif()
  endforeach()
  if(library STREQUAL "")
    message(FATAL_ERROR "${crate} has no library: cargo finds no src/lib.rs and no [lib]")
  endif()
  set(${out_library} ${library} PARENT_SCOPE)
  set(${out_workspace} ${workspace} PARENT_SCOPE)
endfunction()

function(ffh_rust_library_name metadata package out)
  string(JSON targets LENGTH "${metadata}" packages ${package} targets)
  math(EXPR last "${targets} - 1")
  foreach(index RANGE ${last})
    string(JSON kind GET "${metadata}" packages ${package} targets ${index} kind)
    if(kind MATCHES "lib\"")
      string(JSON name GET "${metadata}" packages ${package} targets ${index} name)
      string(REPLACE "-" "_" name "${name}")
      set(${out} ${name} PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

# Sets FFH_CARGO, FFH_RUSTC, FFH_RUST_HOST, FFH_RUST_SYSTEM_LIBRARIES, FFH_RUST_ALLOCATORS and FFH_RUST_MISMATCH, once for each compiler
# version.
function(ffh_find_rust)
  find_program(FFH_CARGO cargo)
  find_program(FFH_RUSTC rustc)
  if(NOT FFH_CARGO OR NOT FFH_RUSTC)
    message(FATAL_ERROR "cargo and rustc are needed for Rust targets. scripts/ffh doctor shows what is missing, "
                        "and scripts/ffh doctor --install installs it.")
  endif()
  get_property(known GLOBAL PROPERTY ffh_rust_known)
  if(known)
    return()
  endif()
  execute_process(COMMAND ${FFH_RUSTC} -vV RESULT_VARIABLE status OUTPUT_VARIABLE version ERROR_VARIABLE problem)
  if(NOT status EQUAL 0 OR NOT version MATCHES "host: ([^\n]+)")
    message(FATAL_ERROR "${FFH_RUSTC} does not run; see scripts/ffh doctor.\n${problem}")
  endif()
  set(FFH_RUST_HOST ${CMAKE_MATCH_1} CACHE INTERNAL "The platform that rustc compiles for")
  string(SHA256 version "${version}")
  set_property(GLOBAL PROPERTY ffh_rust_known TRUE)
  if(DEFINED FFH_RUST_MISMATCH AND DEFINED FFH_RUST_ALLOCATORS AND FFH_RUST_VERSION STREQUAL version)
    return()
  endif()
  set(scratch ${PROJECT_BINARY_DIR}/cargo/empty)
  file(WRITE ${scratch}/empty.rs "")
  execute_process(
    COMMAND ${FFH_RUSTC} --crate-type staticlib --print native-static-libs -o ${scratch}/libempty.a ${scratch}/empty.rs
    RESULT_VARIABLE status ERROR_VARIABLE printed)
  if(NOT status EQUAL 0 OR NOT printed MATCHES "native-static-libs: ([^\n]*)")
    message(FATAL_ERROR "${FFH_RUSTC} cannot build an empty static library:\n${printed}")
  endif()
  separate_arguments(libraries UNIX_COMMAND "${CMAKE_MATCH_1}")
  ffh_rust_allocators(${scratch}/libempty.a allocators)
  set(FFH_RUST_ALLOCATORS "${allocators}" CACHE INTERNAL "Rust's allocation functions, as the linker knows them")
  # Newer compilers refuse ThreadSanitizer beside a standard library without it, unless told that it is meant.
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env RUSTC_BOOTSTRAP=1 -- ${FFH_RUSTC} --crate-type staticlib ${FFH_RUST_SANITIZE_THREAD}
            -o ${scratch}/libempty.a ${scratch}/empty.rs
    RESULT_VARIABLE status OUTPUT_QUIET ERROR_VARIABLE problem)
  set(mismatch "")
  if(NOT status EQUAL 0 AND problem MATCHES "-Cunsafe-allow-abi-mismatch=sanitizer")
    set(mismatch -Cunsafe-allow-abi-mismatch=sanitizer)
  endif()
  set(FFH_RUST_MISMATCH "${mismatch}" CACHE INTERNAL "What lets ThreadSanitizer be used without its standard library")
  list(REMOVE_DUPLICATES libraries)
  set(FFH_RUST_SYSTEM_LIBRARIES "${libraries}" CACHE INTERNAL "What a Rust static library links")
  set(FFH_RUST_VERSION "${version}" CACHE INTERNAL "Hash of the version of the compiler that was asked")
endfunction()
