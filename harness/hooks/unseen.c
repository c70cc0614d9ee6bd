/* A target that brings an allocator of its own under libc's names takes the place of the one that
 * the hooks see. That is found out by using it, once. */
#include <stdlib.h>

#include "ffh/cross.h"
#include "hooks/alloc.h"

/* Of C++; absent where nothing is C++. */
__attribute__((weak)) void *operator_new(size_t size) __asm__("_Znwm");
__attribute__((weak)) void operator_delete(void *at) __asm__("_ZdlPv");

enum { PROBE_BYTES = 33 };

/* The compiler knows these functions, and would leave both calls out. */
static bool is_seen(void *(*volatile allocate)(size_t), void (*volatile release)(void *)) {
  uint8_t side = ffh_here_now.side;
  ffh_here_now.side = FFH_SIDE_LIBRARY;
  void *at = allocate(PROBE_BYTES);
  ffh_block block;
  bool seen = at != NULL && ffh_alloc_find(at, &block) && block.address == (uintptr_t)at;
  release(at);
  /* Its address is asked for, not the memory. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
  seen = seen && !(ffh_alloc_find(at, &block) && block.address == (uintptr_t)at);
  ffh_here_now.side = side;
  return seen;
}

const char *ffh_alloc_unseen(void) {
  if (!is_seen(malloc, free)) {
    return "the target replaces malloc and free: what it allocates is not seen. Build it without "
           "its own allocator";
  }
  if (operator_new != NULL && operator_delete != NULL && !is_seen(operator_new, operator_delete)) {
    return "the target replaces operator new and delete by an allocator that is not seen. Build it "
           "without its own allocator, or let them call malloc and free";
  }
  return NULL;
}
