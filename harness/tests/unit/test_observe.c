/* check/observe: what an observer said is compared, and which callbacks are a call's own. */
#include "check/observe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fixture_case.h"

static ffh_case *c;
static uint64_t output;
static ffh_seen before, after;

static int fresh(void **state) {
  (void)state;
  c = ffh_case_begin(2);
  ffh_case_handle(c, FFH_CASE_SHARED, 1, 0);
  return 0;
}

static void add_output(ffh_kind kind, uint32_t size, unsigned flags) {
  ffh_slot *slot = ffh_case_param(c, "size", kind, size);
  slot->direction = FFH_DIR_OUT;
  slot->flags = (uint16_t)(flags | FFH_SLOT_INDIRECT);
  c->frame.storage[ffh_case_last(c)] = (uint8_t *)&output;
}

static ffh_verdict verdict(void) {
  ffh_verdict said;
  memset(&said, 0x5a, sizeof said);
  ffh_observe_check(&before, &after, &said);
  return said;
}

static void assert_changed(const char *how) {
  ffh_verdict said = verdict();
  assert_int_equal(said.rule, FFH_SIDE_EFFECT);
  assert_string_equal(said.message, how);
}

static void the_handle_is_found(void **state) {
  (void)state;
  assert_int_equal(ffh_observe_slot(c->function), 0);
  ffh_observe_read(&c->frame, &before);
  assert_int_equal(before.variable, 1);
  assert_int_equal(before.n, 0);
}

static void numbers_are_compared(void **state) {
  (void)state;
  ffh_case_result(c, FFH_KIND_INT, 4)->flags = FFH_SLOT_SIGNED;
  c->frame.result.u = UINT64_C(0x1fffffffe);
  ffh_observe_read(&c->frame, &before);
  c->frame.result.u = UINT64_C(0x2fffffffe);
  ffh_observe_read(&c->frame, &after);
  assert_int_equal(verdict().rule,
                   FFH_RULE_NONE); /* the upper half of the word is not the result */
  c->frame.result.i = 7;
  ffh_observe_read(&c->frame, &after);
  assert_changed("was refused and changed h1: subject (result) said -2 before and 7 after");
}

static void outputs_are_compared_unless_it_failed(void **state) {
  (void)state;
  add_output(FFH_KIND_INT, 8, 0);
  output = 3;
  ffh_observe_read(&c->frame, &before);
  output = 4;
  ffh_observe_read(&c->frame, &after);
  assert_changed("was refused and changed h1: subject (size) said 3 before and 4 after");
  c->frame.outcome = FFH_OUTCOME_FAILED;
  ffh_observe_read(&c->frame, &before);
  output = 5;
  ffh_observe_read(&c->frame, &after);
  assert_int_equal(verdict().rule, FFH_RULE_NONE);
}

static void an_output_that_is_not_passed_says_nothing(void **state) {
  (void)state;
  add_output(FFH_KIND_INT, 8, 0);
  c->frame.storage[1] = NULL;
  ffh_observe_read(&c->frame, &before);
  assert_int_equal(before.n, 0);
}

static void outcomes_are_compared(void **state) {
  (void)state;
  ffh_observe_read(&c->frame, &before);
  c->frame.outcome = FFH_OUTCOME_FAILED;
  ffh_observe_read(&c->frame, &after);
  assert_changed("was refused and changed h1: subject succeeded before and failed after");
}

static void texts_are_compared_by_content(void **state) {
  (void)state;
  ffh_case_result(c, FFH_KIND_VIEW, 8)->lo = 1;
  char text[] = "one", same[] = "one";
  c->frame.result.p = text;
  ffh_observe_read(&c->frame, &before);
  c->frame.result.p = same;
  ffh_observe_read(&c->frame, &after);
  assert_int_equal(verdict().rule, FFH_RULE_NONE);
  same[0] = 'O';
  ffh_observe_read(&c->frame, &after);
  assert_changed(
      "was refused and changed h1: subject (result) said \"one\" before and \"One\" after");
  c->frame.result.p = NULL;
  ffh_observe_read(&c->frame, &after);
  assert_changed("was refused and changed h1: subject (result) said \"one\" before and NULL after");
}

static void only_the_calls_own_callbacks_count(void **state) {
  (void)state;
  static ffh_callback during = {.until = FFH_UNTIL_RETURN}, kept = {.until = FFH_UNTIL_DESTROY};
  ffh_case_param(c, "on_done", FFH_KIND_CALLBACK, 8)->callback = &kept;
  ffh_edge edge = {.function = FFH_CASE_SUBJECT, .slot = 1};
  int own = 0, other = 0;
  assert_true(ffh_observe_is_own(&c->frame, &edge, &own, &own));
  assert_false(ffh_observe_is_own(&c->frame, &edge, &own, &other));
  assert_false(ffh_observe_is_own(&c->frame, &edge, &own, NULL)); /* or an earlier call's */
  c->slots[1].callback = &during;
  assert_true(ffh_observe_is_own(&c->frame, &edge, &own, NULL));
  edge.function = FFH_CASE_RELEASE;
  assert_false(ffh_observe_is_own(&c->frame, &edge, &own, &own));
}

static void a_callback_is_told_with_its_stack(void **state) {
  (void)state;
  ffh_case_param(c, "on_done", FFH_KIND_CALLBACK, 8);
  ffh_edge edge = {.function = FFH_CASE_SUBJECT, .slot = 1};
  ffh_seen_callback ran = {.edge = &edge, .n_frames = 2, .frames = {11, 12}};
  ffh_verdict said;
  ffh_observe_called_back(&c->frame, &ran, &said);
  assert_int_equal(said.rule, FFH_SIDE_EFFECT);
  assert_int_equal(said.slot, 1);
  assert_string_equal(said.message, "was refused and ran the callback on_done");
  assert_int_equal(said.n_evidence, 1);
  assert_int_equal(said.evidence[0].n_frames, 2);
  assert_int_equal(said.evidence[0].frames[1], 12);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(the_handle_is_found, fresh),
      cmocka_unit_test_setup(numbers_are_compared, fresh),
      cmocka_unit_test_setup(outputs_are_compared_unless_it_failed, fresh),
      cmocka_unit_test_setup(an_output_that_is_not_passed_says_nothing, fresh),
      cmocka_unit_test_setup(outcomes_are_compared, fresh),
      cmocka_unit_test_setup(texts_are_compared_by_content, fresh),
      cmocka_unit_test_setup(only_the_calls_own_callbacks_count, fresh),
      cmocka_unit_test_setup(a_callback_is_told_with_its_stack, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
