/* Raw bytes and short text: which handle and which lane a call gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_plan.h"
#include "fixture_target.h"
#include "plan/plan.h"

static ffh_plan *plan;

/* Raw bytes: function, lane and values by index. */
static void decode_raw(const uint8_t *data, size_t size) {
  assert_int_equal(ffh_plan_decode(ffh_fixture_target(), data, size, plan), FFH_DECODE_OK);
  assert_null(ffh_plan_check(plan));
}

static void test_raw_bytes_prefer_live_handles(void **state) {
  (void)state;
  const ffh_target *target = ffh_fixture_target();
  uint8_t new = (uint8_t)ffh_fixture_function(target, "options_new");
  uint8_t release = (uint8_t)ffh_fixture_function(target, "options_release");
  /* two options, both released on lane A, whatever byte picks them */
  for (unsigned pick = 0; pick < 240; pick++) {
    uint8_t data[] = {
        2, 0, 0, new, 0, new, 0, release, 0, (uint8_t)pick, release, 0, (uint8_t)pick};
    decode_raw(data, sizeof data);
    assert_int_equal(plan->n_calls, 4);
    assert_int_not_equal(ffh_plan_values(plan, &plan->calls[2])[0].variable,
                         ffh_plan_values(plan, &plan->calls[3])[0].variable);
  }
  uint8_t alone[] = {2, 0, 0, release, 1, 0}; /* its creator comes on its own */
  decode_raw(alone, sizeof alone);
  assert_int_equal(plan->n_calls, 2);
  assert_int_equal(plan->calls[0].function, new);
}

static void test_confined_calls_follow_their_handle(void **state) {
  (void)state;
  const ffh_target *target = ffh_fixture_target();
  uint8_t new = (uint8_t)ffh_fixture_function(target, "cursor_new");
  uint8_t close = (uint8_t)ffh_fixture_function(target, "cursor_close");
  uint8_t give = (uint8_t)ffh_fixture_function(target, "cursor_give");
  uint8_t data[] = {2, 0, 0, new, 1, 0, give, 3, 0, close, 2, 0};
  decode_raw(data, sizeof data);
  assert_int_equal(plan->n_calls, 4); /* with a store_open */
  assert_int_equal(plan->calls[1].lane, 1);
  assert_int_equal(plan->calls[2].lane, 3); /* handed over */
  assert_int_equal(plan->calls[3].lane, 3);
  uint8_t widget = (uint8_t)ffh_fixture_function(target, "widget_delete");
  uint8_t roles[] = {2, 0, 0, widget, 3, 0};
  decode_raw(roles, sizeof roles);
  assert_int_equal(plan->n_calls, 2);
  assert_int_equal(plan->calls[0].lane, 1); /* role executor */
  assert_int_equal(plan->calls[1].lane, 1);
}

static void test_parents_are_matched(void **state) {
  (void)state;
  ffh_fixture_parse(plan, FFH_FIXTURE_HEAD
                    "A: s = store_open(path=\"a\")\n"
                    "A: p = snapshot_new(store=s)\n"
                    "A: t = store_open(path=\"b\")\n"
                    "A: snapshot_release(snapshot=p)\n");
  const ffh_value *values = ffh_plan_values(plan, &plan->calls[3]);
  assert_int_equal(values[0].variable, 1); /* s, although t is newer */
}

static void test_parents_end_after_children(void **state) {
  (void)state;
  ffh_fixture_parse(plan, FFH_FIXTURE_HEAD
                    "A: s = store_open(path=\"a\")\n"
                    "A: t = store_open(path=\"b\")\n"
                    "A: cursor_new(store=t, out=out c)\n"
                    "A: store_close()\n"
                    "A: cursor_close(cursor=c)\n"
                    "A: store_close()\n");
  assert_int_equal(ffh_plan_values(plan, &plan->calls[3])[0].variable, 1); /* s: t has a child */
  assert_int_equal(ffh_plan_values(plan, &plan->calls[5])[0].variable, 3);
}

static int set_up(void **state) {
  (void)state;
  plan = ffh_plan_new();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_raw_bytes_prefer_live_handles),
      cmocka_unit_test(test_confined_calls_follow_their_handle),
      cmocka_unit_test(test_parents_are_matched),
      cmocka_unit_test(test_parents_end_after_children),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
