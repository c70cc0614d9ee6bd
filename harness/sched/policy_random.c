/* Random walk over the enabled lanes. A walk that switches at every step rarely lets one lane get
 * far while another stands still, so each schedule also says how strongly a lane holds on. */
#include "sched/policy.h"

static unsigned nth_lane(uint32_t enabled, uint32_t n) {
  while (n-- > 0) {
    enabled &= enabled - 1;
  }
  return (unsigned)__builtin_ctz(enabled);
}

unsigned ffh_policy_random(ffh_policy_state *state, uint32_t enabled, unsigned current,
                           uint32_t step) {
  (void)step;
  uint64_t draw = ffh_prng_next(&state->prng);
  uint64_t hold_mask = (UINT64_C(1) << state->schedule->stickiness) - 1;
  if ((enabled & (1u << current)) != 0 && (draw & hold_mask) != 0) {
    return current;
  }
  uint32_t count = (uint32_t)__builtin_popcount(enabled);
  return nth_lane(enabled, (uint32_t)(((draw >> 32) * count) >> 32));
}
