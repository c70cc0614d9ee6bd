/* What the calling thread's Rust allocator has announced, for the allocation hooks. */
#ifndef FFH_HOOKS_RUST_H
#define FFH_HOOKS_RUST_H

#include <stdint.h>

#include "boundary/block.h"
#include "ffh/rust.h"

typedef struct ffh_rust_here {
  uintptr_t freed;
  uint64_t freed_size, size;
  uint32_t align, depth;
} ffh_rust_here;

extern __thread ffh_rust_here ffh_rust_now __attribute__((tls_model("initial-exec")));

/* Whether an allocation of that size is the one that Rust has announced; then its alignment is
 * written. A global allocator of the crate's own may allocate other things meanwhile. */
static inline bool ffh_rust_allocates(uint64_t size, uint32_t *align) {
  const ffh_rust_here *here = &ffh_rust_now;
  if (__builtin_expect(here->depth == 0, 1) || here->size != size) {
    return false;
  }
  *align = here->align;
  return true;
}

/* The same for a free; then size and alignment are written. */
static inline bool ffh_rust_frees(uintptr_t address, ffh_freeing *freeing) {
  const ffh_rust_here *here = &ffh_rust_now;
  if (__builtin_expect(here->depth == 0, 1) || here->freed != address) {
    return false;
  }
  freeing->size = here->freed_size;
  freeing->align = here->align;
  return true;
}

#endif
