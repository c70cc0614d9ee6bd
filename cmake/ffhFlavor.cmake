# What each flavor adds, as interface libraries that a target links:
#   ffh_warnings    warnings of our own code
#   ffh_sanitize    the sanitizers, without the engine's coverage
#   ffh_points      switch points for the scheduler at loads, stores and branches
#   ffh_instrument  what the library under test is built with: sanitizers, coverage and points
#   ffh_engine      what a fuzz target links with to get main()
add_library(ffh_warnings INTERFACE)
target_compile_options(ffh_warnings INTERFACE -Wall -Wextra -Wshadow -Wvla -Werror)
add_library(ffh_sanitize INTERFACE)
add_library(ffh_instrument INTERFACE)
add_library(ffh_engine INTERFACE)
add_library(ffh_points INTERFACE)
target_link_libraries(ffh_instrument INTERFACE ffh_sanitize ffh_points)
# A library whose own header is the contract includes ffh/contract.h.
target_include_directories(ffh_instrument INTERFACE ${PROJECT_SOURCE_DIR}/harness/include)

if(NOT FFH_FLAVOR STREQUAL "external")
  set(debug -g -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer)
  if(FFH_FLAVOR MATCHES "^[at]san$")
    # A frame whose last act is a call is missing in every stack otherwise: of a facade's function, often.
    list(APPEND debug -fno-optimize-sibling-calls)
  endif()
  target_compile_options(ffh_sanitize INTERFACE ${debug})
endif()

# Allocations that a plan can make fail: harness/hooks/wrapped.c stands before these. Of the archives and objects
# of a target; in the external flavor the environment's flags are the only ones.
add_library(ffh_wrap INTERFACE)
set(allocations malloc calloc realloc reallocarray posix_memalign aligned_alloc memalign strdup strndup)
foreach(name _Znwm _Znam)
  list(APPEND allocations ${name} ${name}RKSt9nothrow_t ${name}St11align_val_t ${name}St11align_val_tRKSt9nothrow_t)
endforeach()
if(NOT FFH_FLAVOR STREQUAL "external")
  list(TRANSFORM allocations PREPEND -Wl,--wrap= OUTPUT_VARIABLE wrapped)
  # The engine's archive comes after the runtime's, and may be the first that asks.
  target_link_options(ffh_wrap INTERFACE ${wrapped} -Wl,--undefined=__wrap_malloc)
endif()

# The functions that the scheduler models take libc's place for shared libraries too, also for those that
# are only loaded at run time.
set(modelled "")
foreach(name pthread_* sem_* mtx_* cnd_* thrd_* call_once __cxa_thread_atexit_impl syscall sched_yield nanosleep clock_* sleep usleep
             gettimeofday time getrandom getentropy read readv recv recvfrom recvmsg accept accept4 write
             writev send sendto sendmsg close eventfd_* poll ppoll select epoll_* ffh_rust_*)
  list(APPEND modelled -Wl,--export-dynamic-symbol=${name})
endforeach()
if(FFH_FLAVOR MATCHES "^(asan|tsan|native)$")
  target_link_options(ffh_sanitize INTERFACE ${modelled})
endif()

if(FFH_FLAVOR STREQUAL "asan")
  # Not vptr: whether its cache hits depends on where the process was loaded, and so would the branch
  # that instrumented code takes; a replay would differ.
  set(sanitizers -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=undefined)
  target_compile_options(ffh_sanitize INTERFACE ${sanitizers})
  target_link_options(ffh_sanitize INTERFACE ${sanitizers})
elseif(FFH_FLAVOR STREQUAL "tsan")
  # Only what is the library's: the runtime hands threads over without ThreadSanitizer knowing, so
  # that what is ordered by the schedule alone is still a race.
  target_compile_options(ffh_sanitize INTERFACE -fsanitize=thread)
  target_link_options(ffh_sanitize INTERFACE -fsanitize=thread)
  foreach(name acquire release abort) # see harness/sched/guard.c
    target_link_options(ffh_sanitize INTERFACE -Wl,--wrap=__cxa_guard_${name})
  endforeach()
elseif(FFH_FLAVOR STREQUAL "native")
  include(ffhJemalloc)
  target_compile_options(ffh_sanitize INTERFACE -O2)
  target_link_options(ffh_sanitize INTERFACE ${FFH_ALLOCATOR_EXPORTS})
elseif(FFH_FLAVOR STREQUAL "coverage")
  set(profile -fprofile-instr-generate -fcoverage-mapping)
  # Corpora are replayed in this flavor, not grown: the engine's own coverage would only slow it down.
  target_compile_options(ffh_instrument INTERFACE ${profile})
  target_link_options(ffh_sanitize INTERFACE -fprofile-instr-generate)
  target_link_options(ffh_engine INTERFACE -fsanitize=fuzzer)
elseif(FFH_FLAVOR STREQUAL "external")
  # OSS-Fuzz style: the environment's flags are the only ones, and they are passed through untouched.
  if("$ENV{LIB_FUZZING_ENGINE}" STREQUAL "")
    message(FATAL_ERROR "FFH_FLAVOR=external needs LIB_FUZZING_ENGINE, for example -fsanitize=fuzzer")
  endif()
  separate_arguments(engine UNIX_COMMAND "$ENV{LIB_FUZZING_ENGINE}")
  target_link_libraries(ffh_engine INTERFACE ${engine})
else()
  message(FATAL_ERROR "FFH_FLAVOR=${FFH_FLAVOR} is not a flavor: use asan, tsan, native, coverage or external")
endif()

if(FFH_FLAVOR MATCHES "^([at]san|native)$")
  target_compile_options(ffh_instrument INTERFACE -fsanitize=fuzzer-no-link)
  target_compile_options(ffh_points INTERFACE -fsanitize-coverage=trace-loads,trace-stores,trace-pc)
  # The name is libFuzzer's too; harness/sched/memory.c has the one that is meant.
  target_link_options(ffh_sanitize INTERFACE -Wl,--wrap=__sanitizer_cov_trace_pc)
  target_link_options(ffh_engine INTERFACE -fsanitize=fuzzer)
endif()
if(FFH_FLAVOR MATCHES "^([at]san|native)$")
  # libFuzzer's own registration; harness/driver/libfuzzer.c goes first. In native it brings a small sanitizer runtime.
  target_link_options(ffh_engine INTERFACE -Wl,--wrap=__sanitizer_set_death_callback)
endif()
