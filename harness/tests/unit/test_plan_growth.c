/* Canonical files mean the same to every later contract. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/id.h"
#include "fixture_plan.h"
#include "fixture_target.h"
#include "plan/plan.h"

static ffh_plan *plan, *again;
static uint8_t encoded[FFH_MAX_INPUT];

/* What a file of the plain contract says under another variant. */
static void expect_under(ffh_fixture_variant variant, const char *text, const char *expected,
                         unsigned dropped) {
  static char got[1u << 16];
  ffh_fixture_parse(plan, text);
  size_t n = ffh_plan_encode(plan, encoded, sizeof encoded);
  const ffh_target *other = ffh_fixture_variant_of(variant);
  assert_int_equal(ffh_plan_decode(other, encoded, n, again), FFH_DECODE_OK);
  assert_null(ffh_plan_check(again));
  assert_true(ffh_plan_print(again, got, sizeof got) > 0);
  assert_string_equal(got, expected);
  assert_int_equal(again->n_dropped, dropped);
}

static void test_a_grown_contract_keeps_old_files(void **state) {
  (void)state;
  expect_under(FFH_FIXTURE_GROWN,
               FFH_FIXTURE_HEAD
               "A: o = options_new()\n"
               "A: s = store_open(path=\"b\", options=o, errptr=out e)\n"
               "B: store_put(store=s, key=\"k\", value=\"v\", errptr=e out f)\n"
               "C: p = snapshot_new(store=s)\n"
               "D: snapshot_release(store=s, snapshot=p)\n"
               "switch 2 C\n",
               FFH_FIXTURE_HEAD
               "A: h0 = options_new()\n"
               "A: h2 = store_open(path=\"b\", mode=0, options=h0, errptr=out h1)\n"
               "B: store_put(store=h2, key=\"k\", value=\"v\", errptr=h1 out h3)\n"
               "C: h4 = snapshot_new(store=h2)\n"
               "D: snapshot_release(store=h2, snapshot=h4)\n"
               "switch 2 C\n",
               0);
}

static void test_a_shrunk_contract_keeps_the_rest(void **state) {
  (void)state;
  expect_under(FFH_FIXTURE_SHRUNK,
               FFH_FIXTURE_HEAD
               "A: s = store_open(path=\"b\")\n"
               "A: p = snapshot_new(store=s)\n"
               "A: t = store_open(path=\"c\")\n"
               "B: store_put(store=s, key=\"k\", value=\"v\")\n"
               "B: snapshot_release(store=s, snapshot=p)\n"
               "C: store_close(store=t)\n",
               FFH_FIXTURE_HEAD
               "A: h1 = store_open(path=\"b\", options=null, errptr=out h0)\n"
               "A: h3 = store_open(path=\"c\", options=null, errptr=out h2)\n"
               "B: store_put(store=h1, key=\"k\", errptr=out h4)\n"
               "C: store_close(store=h3)\n",
               2);
}

static void test_other_targets_and_versions(void **state) {
  (void)state;
  const ffh_target *target = ffh_fixture_target();
  ffh_target other = *target;
  other.name = "other";
  other.id = ffh_id("other");
  ffh_fixture_parse(plan, FFH_FIXTURE_HEAD "A: store_open()\n");
  size_t n = ffh_plan_encode(plan, encoded, sizeof encoded);
  assert_int_equal(ffh_plan_decode(&other, encoded, n, again), FFH_DECODE_OTHER_TARGET);
  assert_int_equal(again->n_calls, 0);
  assert_null(ffh_plan_check(again));
  encoded[3] = 2;
  assert_int_equal(ffh_plan_decode(target, encoded, n, again), FFH_DECODE_OTHER_VERSION);
  assert_int_equal(again->n_calls, 0);
  assert_null(ffh_plan_check(again));
  encoded[3] = 1;
  for (size_t size = 0; size <= n; size++) { /* every truncation */
    assert_int_equal(ffh_plan_decode(target, encoded, size, again), FFH_DECODE_OK);
    assert_null(ffh_plan_check(again));
  }
}

static int set_up(void **state) {
  (void)state;
  plan = ffh_plan_new();
  again = ffh_plan_new();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_grown_contract_keeps_old_files),
      cmocka_unit_test(test_a_shrunk_contract_keeps_the_rest),
      cmocka_unit_test(test_other_targets_and_versions),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
