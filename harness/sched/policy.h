/* A policy decides which lane runs next. It sees lanes and steps only, never what a step does. */
#ifndef FFH_SCHED_POLICY_H
#define FFH_SCHED_POLICY_H

#include <stdint.h>

#include "base/prng.h"
#include "plan/plan.h"

typedef struct ffh_policy_state {
  const ffh_schedule *schedule;
  ffh_prng prng;
  uint16_t next_switch;
} ffh_policy_state;

/* Picks from `enabled` (a bit for each lane, not 0) the lane to run after `step` steps have
 * finished. `current` is the lane that ran last. The same schedule gives the same answers. */
typedef unsigned (*ffh_policy_choose)(ffh_policy_state *state, uint32_t enabled, unsigned current,
                                      uint32_t step);

/* policy_random.c: a random walk in which the current lane goes on with probability
 * 1 - 1/2^stickiness. */
unsigned ffh_policy_random(ffh_policy_state *state, uint32_t enabled, unsigned current,
                           uint32_t step);

#endif
