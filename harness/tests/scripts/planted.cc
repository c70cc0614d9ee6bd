// One planted bug for each mode. The tests compile this file and read what the sanitizers really
// print, so that the parser never depends on a remembered report.
#include <assert.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <new>
#include <stdexcept>

#define LIB extern "C" __attribute__((noinline))
// Keeps the last call from becoming a jump, which would take its caller out of the stack.
#define STAY __asm__ volatile("" ::: "memory")

static char global_buffer[8];
static volatile int zero = 0;
static volatile int big = 2147483647;
static void *volatile sink;

LIB char *lib_create(void) {
  char *block = static_cast<char *>(malloc(16));
  sink = block;
  return block;
}
LIB void lib_destroy(char *block) {
  free(block);
  STAY;
}

LIB void lib_double_free(void) {
  char *block = lib_create();
  lib_destroy(block);
  lib_destroy(block);
  STAY;
}
LIB void lib_use_after_free(void) {
  char *block = lib_create();
  lib_destroy(block);
  *static_cast<volatile char *>(block + 3) = 1;
}
LIB void lib_heap_overflow(void) {
  *static_cast<volatile char *>(lib_create() + 16 + zero) = 1;
}
LIB void lib_stack_buffer(void) {
  char buffer[8];
  char *volatile place = buffer;
  place[8 + zero] = 1;
}
LIB void lib_global_overflow(void) {
  char *volatile place = global_buffer;
  place[8 + zero] = 1;
}
LIB int lib_stack_overflow(int depth) {
  volatile char padding[256];
  padding[0] = static_cast<char>(depth);
  return lib_stack_overflow(depth + 1) + padding[0];
}
LIB void lib_invalid_free(void) {
  free(lib_create() + 4);
  STAY;
}
LIB void lib_free_mismatch(void) {
  char *block = new char[8];
  sink = block;
  free(block);
  STAY;
}
LIB void lib_new_delete_size(void) {
  char *block = new char;
  sink = block;
  ::operator delete(block, static_cast<size_t>(64));
  STAY;
}
LIB void lib_null_deref(void) {
  *reinterpret_cast<volatile int *>(static_cast<intptr_t>(zero) + 16) = 1;
}
LIB void lib_wild(void) {
  *reinterpret_cast<volatile int *>(static_cast<intptr_t>(0x123456789000) + zero) = 1;
}
LIB void lib_ub_add(void) {
  zero = big + 1;
}
LIB void lib_ub_shift(void) {
  big = 1 << (40 + zero);
}
LIB void lib_ub_null(void) {
  struct pair {
    int a, b;
  };
  pair *volatile empty = nullptr;
  big = empty->b;
}
LIB void lib_divide(void) {
  big = 1 / zero;
}
LIB void lib_abort(void) {
  abort();
  STAY;
}
LIB void lib_assert(void) {
  assert(zero == 1);
  STAY;
}
LIB void lib_throw(void) {
  throw std::runtime_error("escaped");
}
LIB void lib_trap(void) {
  __builtin_trap();
}
LIB void lib_negative_size(void) {
  char *block = lib_create();
  memmove(block, block + 1, static_cast<size_t>(zero - 1));
  STAY;
}
static __attribute__((noinline)) char *inner_buffer(void) {
  char buffer[8];
  char *volatile place = buffer;
  place[0] = 1;
  return place;
}
LIB void lib_use_after_return(void) {
  *static_cast<volatile char *>(inner_buffer()) = 1;
}
LIB void lib_use_after_scope(void) {
  char *volatile place;
  {
    char buffer[8];
    place = buffer;
    place[0] = 1;
  }
  place[0] = 2;
}
LIB void lib_leak(void) {
  lib_create();
  sink = nullptr;
}
LIB void lib_exit(void) {
  exit(0);
  STAY;
}
LIB void lib_oom(void) {
  for (;;) {
    char *block = static_cast<char *>(malloc(64 << 20));
    memset(block, 1, 64 << 20);
    sink = block;
  }
}
LIB void lib_hang(void) {
  while (zero == 0) {
  }
}
static void *touch(void *block) {
  *static_cast<volatile char *>(block) = 1;
  return nullptr;
}
LIB void lib_thread_uaf(void) {
  char *block = lib_create();
  lib_destroy(block);
  pthread_t thread;
  pthread_create(&thread, nullptr, touch, block);
  pthread_join(thread, nullptr);
  STAY;
}
/* Unordered whatever the clock does; the sleep only says which of the two is second. */
static int raced;
static bool main_first;
LIB void lib_add(int n) {
  raced += n;
}
static void *add_later(void *) {
  pthread_setname_np(pthread_self(), "ffh-lane-B");
  usleep(main_first ? 200000 : 0);
  lib_add(1);
  return nullptr;
}
LIB void lib_race(void) {
  pthread_t thread;
  pthread_create(&thread, nullptr, add_later, nullptr);
  usleep(main_first ? 0 : 200000);
  lib_add(2);
  pthread_join(thread, nullptr);
  STAY;
}
LIB void lib_race_swapped(void) {
  main_first = true;
  lib_race();
  STAY;
}
LIB void lib_strict_string(void) {
  char *block = lib_create();
  memset(block, '1', 16);
  big = atoi(block);
}
LIB void lib_new_too_big(void) {
  sink = ::operator new(static_cast<size_t>(zero) + (static_cast<size_t>(1) << 33));
  STAY;
}
LIB void lib_quiet(void) {
  lib_destroy(lib_create());
}

static void ffh_call(const char *mode) {
#define MODE(name)                \
  if (strcmp(mode, #name) == 0) { \
    lib_##name();                 \
    STAY;                         \
    return;                       \
  }
  MODE(double_free)
  MODE(use_after_free)
  MODE(heap_overflow)
  MODE(stack_buffer)
  MODE(global_overflow)
  MODE(invalid_free)
  MODE(free_mismatch)
  MODE(new_delete_size)
  MODE(null_deref)
  MODE(wild)
  MODE(ub_add)
  MODE(ub_shift)
  MODE(ub_null)
  MODE(divide)
  MODE(abort)
  MODE(assert)
  MODE(throw)
  MODE(trap)
  MODE(negative_size)
  MODE(use_after_return)
  MODE(use_after_scope)
  MODE(leak)
  MODE(exit)
  MODE(oom)
  MODE(hang)
  MODE(thread_uaf)
  MODE(race)
  MODE(race_swapped)
  MODE(strict_string)
  MODE(new_too_big)
  MODE(quiet)
#undef MODE
  if (strcmp(mode, "stack_overflow") == 0) {
    lib_stack_overflow(0);
    return;
  }
  fprintf(stderr, "no mode %s\n", mode);
  _exit(1);
}

#ifdef PLANTED_FUZZ
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *, size_t) {
  ffh_call(getenv("PLANTED_MODE"));
  return 0;
}
#else
int main(int, char **argv) {
  ffh_call(argv[1]);
  return 0;
}
#endif
