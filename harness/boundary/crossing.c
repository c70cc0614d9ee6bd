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

static const char *names[FFH_MAX_SIDES] = {"harness", "caller", "library", "legacy"};

void ffh_side_set_name(uint8_t side, const char *name) {
  if (side >= FFH_SIDE_TAGGED && side < FFH_MAX_SIDES) {
    names[side] = name;
  }
}

unsigned ffh_side_count_tagged(void) {
  unsigned n = 0;
  for (unsigned side = FFH_SIDE_TAGGED; side < FFH_MAX_SIDES; side++) {
    n += names[side] != NULL;
  }
  return n;
}

const char *ffh_side_name(uint8_t side) {
  return side < FFH_MAX_SIDES && names[side] != NULL ? names[side] : "tagged";
}
