/* What the tests of plans share: plans from text, and what must hold of every one. */
#ifndef FFH_FIXTURE_PLAN_H
#define FFH_FIXTURE_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "plan/plan.h"

#define FFH_FIXTURE_HEAD              \
  "ffihammer plan 1 target=fixture\n" \
  "schedule random seed=0x7 lanes=4 stickiness=2 granularity=calls\n"

/* Fails the test where the text is no plan for ffh_fixture_target(). */
void ffh_fixture_parse(ffh_plan *plan, const char *text);

/* Fails the test, and shows the plan and the `size` bytes it was decoded from. */
void ffh_fixture_fail_plan(const ffh_plan *plan, const char *what, const uint8_t *data,
                           size_t size);
/* The plan passes ffh_plan_check. */
void ffh_fixture_expect_valid(const ffh_plan *plan, const uint8_t *data, size_t size);
/* Encode and decode are inverses on the plan. `encoded` has room for FFH_MAX_INPUT bytes and gets
 * as many of them as this says. */
size_t ffh_fixture_expect_inverse(const ffh_plan *plan, uint8_t *encoded, const uint8_t *data,
                                  size_t size);

#endif
