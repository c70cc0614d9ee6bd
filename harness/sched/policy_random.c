/* Random walk over the enabled threads. A walk that switches at every point rarely lets one thread
 * get far while another stands still, so each schedule also says how strongly a thread holds on: it
 * goes on at a point with probability 1 - 1/2^stickiness. How many points that makes is drawn at
 * once, from the geometric distribution, in integers: floating point differs between machines. */
#include "sched/policy.h"

enum { STEPS = 22 };

/* survive[k] / 2^32: the chance to hold on for 2^k points. */
static uint32_t survive[STEPS];

static void begin(ffh_policy_run *run) {
  unsigned stickiness = run->schedule->stickiness;
  uint64_t chance = stickiness == 0 ? 0 : UINT32_MAX - (UINT32_MAX >> stickiness);
  for (unsigned k = 0; k < STEPS; k++) {
    survive[k] = (uint32_t)chance;
    chance = chance * chance >> 32;
  }
}

static uint32_t grant(ffh_policy_run *run, unsigned current) {
  (void)current;
  if (run->schedule->stickiness == 0) {
    return 0;
  }
  uint64_t luck = ffh_prng_next(&run->prng) >> 32, chance = UINT32_MAX;
  uint32_t points = 0;
  for (unsigned k = STEPS; k-- > 0;) {
    uint64_t longer = chance * survive[k] >> 32;
    if (longer > luck) {
      chance = longer;
      points += UINT32_C(1) << k;
    }
  }
  return points;
}

static unsigned choose(ffh_policy_run *run, const ffh_set *enabled, unsigned current) {
  (void)current;
  return ffh_policy_any(run, enabled);
}

static void nothing(ffh_policy_run *run, unsigned thread) {
  (void)run;
  (void)thread;
}

const ffh_policy_ops ffh_policy_random = {
    .begin = begin, .born = nothing, .choose = choose, .grant = grant, .yielded = nothing};
