/* The check of a plan sees what is broken in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_plan.h"
#include "fixture_target.h"
#include "plan/plan.h"

static ffh_plan *plan;

static void expect_broken(const char *why) {
  const char *wrong = ffh_plan_check(plan);
  assert_non_null(wrong);
  assert_string_equal(wrong, why);
}

static void test_check_sees_where_nothing_may_fail(void **state) {
  (void)state;
  ffh_fixture_parse(
      plan, FFH_FIXTURE_HEAD "A: s = store_open(path=\"a\")\nB: cursor_new(store=s, out=out c)\n");
  plan->calls[0].fail = 1;
  assert_null(ffh_plan_check(plan));
  plan->calls[0].fail = FFH_MAX_FAIL + 1;
  expect_broken("an allocation that fails is out of bounds");
  plan->calls[0].fail = 0;
  plan->calls[1].fail = 1;
  expect_broken("an allocation fails in a call that does not promise to survive it");
}

static const char *const good_plan = FFH_FIXTURE_HEAD
    "A: s = store_open(path=\"a\")\n"
    "B: cursor_new(store=s, out=out c)\n"
    "B: cursor_move(cursor=c, delta=1)\n"
    "switch 1 B\nswitch 2 A\n";

static void test_check_sees_broken_plans(void **state) {
  (void)state;
  ffh_fixture_parse(plan, good_plan);
  ffh_value *move = &plan->values[plan->calls[2].first_value];
  plan->calls[2].lane = 0;
  expect_broken("a confined handle is used on another lane");
  ffh_fixture_parse(plan, good_plan);
  move[1].number = 6;
  expect_broken("a number is out of range");
  ffh_fixture_parse(plan, good_plan);
  move[0].variable = 1;
  expect_broken("a handle's variable has the wrong type");
  ffh_fixture_parse(plan, good_plan);
  move[0].variable = 3;
  expect_broken("a handle names no earlier variable");
  ffh_fixture_parse(plan, good_plan);
  move[1].form = FFH_FORM_OVERSIZED;
  expect_broken("a malformed form is sent that the contract does not reject");
  ffh_fixture_parse(plan, good_plan);
  plan->n_variables--;
  expect_broken("variables are not numbered in order");
  ffh_fixture_parse(plan, good_plan);
  plan->calls[0].function = ffh_fixture_function(ffh_fixture_target(), "legacy_poke");
  expect_broken("a call may not be made, or its values are elsewhere");
}

static void test_check_sees_broken_schedules(void **state) {
  (void)state;
  ffh_fixture_parse(plan, good_plan);
  plan->schedule.switches[1].step = 1;
  expect_broken("switches do not ascend");
  ffh_fixture_parse(plan, good_plan);
  plan->schedule.lanes = 1;
  expect_broken("a switch names a lane that does not exist");
  ffh_fixture_parse(plan, good_plan);
  plan->schedule.switches[1].thread = FFH_MAX_LANES;
  assert_null(ffh_plan_check(plan));
  plan->schedule.switches[1].thread = (ffh_thread_name)FFH_MAX_THREADS;
  expect_broken("a switch names a lane that does not exist");
  ffh_fixture_parse(plan, good_plan);
  plan->schedule.granularity = FFH_GRANULARITY_COUNT;
  expect_broken("a schedule parameter is out of bounds");
  ffh_fixture_parse(plan, good_plan);
  plan->schedule.stickiness = FFH_MAX_STICKINESS + 1;
  expect_broken("a schedule parameter is out of bounds");
  ffh_fixture_parse(plan, good_plan);
  plan->schedule.policy = FFH_POLICY_POS;
  expect_broken("a stickiness without the random policy");
  plan->schedule.stickiness = 0;
  assert_null(ffh_plan_check(plan));
  plan->schedule.depth = 1;
  expect_broken("a depth without the pct policy, or none with it");
  plan->schedule.policy = FFH_POLICY_PCT;
  assert_null(ffh_plan_check(plan));
  plan->schedule.depth = 0;
  expect_broken("a depth without the pct policy, or none with it");
  ffh_fixture_parse(plan, good_plan);
  plan->schedule.n_weights = 2;
  plan->schedule.weights[0] = plan->schedule.weights[1] = (ffh_weight){1, 7};
  expect_broken("weights do not ascend");
  plan->schedule.weights[0].thread = 0;
  assert_null(ffh_plan_check(plan));
  plan->schedule.weights[1].thread = 4;
  expect_broken("a weight names a thread that does not exist");
}

static int set_up(void **state) {
  (void)state;
  plan = ffh_plan_new();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_check_sees_where_nothing_may_fail),
      cmocka_unit_test(test_check_sees_broken_plans),
      cmocka_unit_test(test_check_sees_broken_schedules),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
