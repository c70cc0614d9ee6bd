/* One plan under many schedules: what a search over interleavings alone would try, without a
 * fuzzing engine. Deterministic: the n-th schedule of a plan is always the same. */
#ifndef FFH_DRIVER_SCHEDULES_H
#define FFH_DRIVER_SCHEDULES_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"

/* The policy of that name; FFH_POLICY_COUNT for "mix". False when there is none. */
bool ffh_schedules_policy(const char *name, unsigned *policy);

/* Writes the n-th schedule into the plan. What the last run of the plan passed (points, by thread)
 * tells the policies how long it is: run it once before the first. */
void ffh_schedules_set(ffh_plan *plan, uint32_t n, unsigned policy, uint32_t points);

#endif
