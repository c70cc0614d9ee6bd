#include "fixture_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static uint64_t nobody(void *context) {
  (void)context;
  return 0;
}

static void no_step(void *context, unsigned lane) {
  (void)context;
  (void)lane;
}

void ffh_client_fault(void *context, ffh_sched_fault fault, const char *what, const void *object) {
  (void)context;
  (void)object;
  fail_msg("fault %d in %s", (int)fault, what);
}

const ffh_sched_client ffh_client_idle = {NULL, nobody, no_step, ffh_client_fault};

uint64_t ffh_client_lanes(const unsigned left[FFH_MAX_LANES]) {
  uint64_t mask = 0;
  for (unsigned i = 0; i < FFH_MAX_LANES; i++) {
    mask |= left[i] != 0 ? UINT64_C(1) << i : 0;
  }
  return mask;
}
