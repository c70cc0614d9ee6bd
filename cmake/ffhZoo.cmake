# ffh_add_zoo(NAME n RULE "ID|ID" CONTRACT header [SOURCES ...] [CRATE directory] [CALLBACKS ...] [LEGACY ...])
#
#   NAME       NN-name; makes the target zoo-NN-name, which has the planted bug, and its twin zoo-NN-name-fixed
#   RULE       the rules that may report the bug, in the order of likelihood
#   SOURCES    the library in C or C++: the twin is compiled with ZOO_FIXED
#   CRATE      the library in Rust instead: the twin is built with the feature zoo_fixed
#   CALLBACKS  implementations of the contract's callbacks, not instrumented
#   LEGACY     what lies behind a facade in Rust, in C or C++; the same in the twin
#
# ffh_write_zoo() writes zoo.json into the build directory: every entry with its language, rules and twin. What
# harness/tests/bench/zoo builds again without ffihammer is kept in global properties: FFH_ZOO_NAMES, and for each of
# them FFH_ZOO_<name>_DIRECTORY and _SOURCES or _CRATE, and _LEGACY.
function(ffh_add_zoo)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;RULE;CONTRACT;CRATE" "SOURCES;CALLBACKS;LEGACY")
  ffh_need_arguments(ffh_add_zoo NAME RULE CONTRACT)
  if((arg_SOURCES AND arg_CRATE) OR (NOT arg_SOURCES AND NOT arg_CRATE))
    message(FATAL_ERROR "ffh_add_zoo: ${arg_NAME} needs SOURCES or a CRATE")
  endif()
  foreach(twin "" -fixed)
    set(name zoo-${arg_NAME}${twin})
    if(arg_CRATE)
      ffh_add_zoo_crate(${name}-library "${twin}" ${arg_CRATE})
    else()
      ffh_add_zoo_library(${name}-library "${twin}" ${arg_SOURCES})
    endif()
    set(link ${name}-library)
    if(arg_LEGACY)
      ffh_add_zoo_library(${name}-legacy "" ${arg_LEGACY})
      list(APPEND link ${name}-legacy)
    endif()
    ffh_add_target(NAME ${name} CONTRACT ${arg_CONTRACT} SOURCES ${arg_CALLBACKS} LINK ${link})
  endforeach()
  string(REPLACE "|" "\", \"" rules "${arg_RULE}")
  set(language C)
  if(arg_CRATE)
    set(language Rust)
  elseif("${arg_SOURCES}" MATCHES "\\.cpp")
    set(language C++)
  endif()
  set_property(GLOBAL APPEND PROPERTY FFH_ZOO
               "  {\"name\": \"zoo-${arg_NAME}\", \"twin\": \"zoo-${arg_NAME}-fixed\", \"language\": \"${language}\", \"rules\": [\"${rules}\"]}")
  set_property(GLOBAL APPEND PROPERTY FFH_ZOO_NAMES ${arg_NAME})
  foreach(what SOURCES CRATE LEGACY)
    set_property(GLOBAL PROPERTY FFH_ZOO_${arg_NAME}_${what} ${arg_${what}})
  endforeach()
  set_property(GLOBAL PROPERTY FFH_ZOO_${arg_NAME}_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
endfunction()

function(ffh_add_zoo_library name twin)
  add_library(${name} STATIC ${ARGN})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/harness/include)
  target_compile_options(${name} PRIVATE -O1)
  target_link_libraries(${name} PRIVATE ffh_instrument ffh_warnings)
  if(twin)
    target_compile_definitions(${name} PRIVATE ZOO_FIXED)
  endif()
endfunction()

function(ffh_add_zoo_crate name twin crate)
  if(twin)
    ffh_add_rust_library(NAME ${name} CRATE ${crate} FEATURES zoo_fixed)
  else()
    ffh_add_rust_library(NAME ${name} CRATE ${crate})
  endif()
endfunction()

function(ffh_write_zoo)
  get_property(entries GLOBAL PROPERTY FFH_ZOO)
  list(JOIN entries ",\n" entries)
  file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/zoo.json CONTENT "[\n${entries}\n]\n")
endfunction()
