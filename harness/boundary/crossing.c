#include <stdatomic.h>
#include <stddef.h>

#include "ffh/cross.h"

__thread ffh_here ffh_here_now __attribute__((tls_model("initial-exec")));

uint32_t ffh_cross_thread(void) {
  static atomic_uint count;
  ffh_here *here = &ffh_here_now;
  if (here->thread == 0) {
    here->thread = atomic_fetch_add_explicit(&count, 1, memory_order_relaxed) + 1;
  }
  return here->thread;
}

const char *ffh_side_name(uint8_t side) {
  static const char *const names[] = {"harness", "caller", "library", "legacy"};
  return side < sizeof names / sizeof names[0] ? names[side] : "tagged";
}
