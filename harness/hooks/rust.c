#include "hooks/rust.h"

__thread ffh_rust_here ffh_rust_now __attribute__((tls_model("initial-exec")));

/* Visible to shared libraries that use the crate ffh-alloc. */
#define VISIBLE __attribute__((visibility("default")))

VISIBLE void ffh_rust_begin(const void *freed, size_t freed_size, size_t size, size_t align) {
  ffh_rust_here *here = &ffh_rust_now;
  if (here->depth++ == 0) {
    here->freed = (uintptr_t)freed;
    here->freed_size = freed_size;
    here->size = size;
    here->align = (uint32_t)align;
  }
}

VISIBLE void ffh_rust_end(void) {
  ffh_rust_here *here = &ffh_rust_now;
  if (--here->depth == 0) {
    here->freed = 0; /* a leak check must not take it for a use */
  }
}
