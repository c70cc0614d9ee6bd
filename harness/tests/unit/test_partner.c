/* boundary/partner: whose partner is passed, and when the order of calls is known. */
#include "boundary/partner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "boundary/args.h"
#include "boundary/handles.h"
#include "fixture_case.h"

static ffh_case *c;
static int object, partner;

static int fresh(void **state) {
  (void)state;
  c = ffh_case_begin(3);
  ffh_partner_reset();
  c->function->shadow_fn = FFH_CASE_RELEASE;
  for (uint16_t i = 0; i < 3; i++) {
    ffh_handles_born(i, &object, FFH_CASE_SHARED, 0, FFH_NONE);
  }
  return 0;
}

static void free_functions_and_malformed_calls_have_no_shadow(void **state) {
  (void)state;
  assert_true(ffh_partner_has_shadow(&c->frame));
  c->function->flags = FFH_FN_FREES;
  assert_false(ffh_partner_has_shadow(&c->frame));
  c->function->flags = 0;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  ffh_case_malformed(c, 0, FFH_FORM_NULL);
  assert_false(ffh_partner_has_shadow(&c->frame));
}

static void a_partner_takes_the_place_of_its_handle(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  ffh_case_handle(c, FFH_CASE_SHARED, 1, 0);
  ffh_handles_at(0)->partner = &partner;
  assert_true(ffh_args_build(&c->frame));
  assert_true(ffh_partner_arguments(&c->frame));
  assert_ptr_equal(c->frame.args[0].p, &partner);
  assert_ptr_equal(c->frame.args[1].p, &object); /* no shadow could make one */
}

static void calls_one_after_the_other_are_ordered(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  for (unsigned i = 0; i < 2; i++) {
    ffh_partner_enter(&c->frame);
    assert_true(ffh_partner_is_ordered(&c->frame));
    ffh_partner_leave(&c->frame);
  }
}

static void writers_that_overlap_lose_their_order(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  ffh_partner_enter(&c->frame);
  ffh_partner_enter(&c->frame);
  assert_false(ffh_partner_is_ordered(&c->frame));
  ffh_partner_leave(&c->frame);
  ffh_partner_leave(&c->frame);
  ffh_partner_enter(&c->frame);
  assert_false(ffh_partner_is_ordered(&c->frame)); /* for good */
}

static void readers_may_overlap(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, FFH_SLOT_CONST);
  ffh_partner_enter(&c->frame);
  ffh_partner_enter(&c->frame);
  assert_true(ffh_partner_is_ordered(&c->frame));
  c->slots[0].flags = 0;
  ffh_partner_enter(&c->frame);
  assert_false(ffh_partner_is_ordered(&c->frame));
}

static void a_child_counts_as_its_parent(void **state) {
  (void)state;
  ffh_handles_at(1)->parent = 0;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  ffh_partner_enter(&c->frame);
  c->values[0].variable = 1;
  ffh_partner_enter(&c->frame);
  assert_false(ffh_partner_is_ordered(&c->frame));
  c->values[0].variable = 2;
  assert_true(ffh_partner_is_ordered(&c->frame));
}

static void a_call_with_a_handle_and_its_child_does_not_overlap_itself(void **state) {
  (void)state;
  ffh_handles_at(1)->parent = 0;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  ffh_case_handle(c, FFH_CASE_SHARED, 1, 0);
  ffh_partner_enter(&c->frame);
  assert_true(ffh_partner_is_ordered(&c->frame));
  ffh_partner_leave(&c->frame);
  ffh_partner_enter(&c->frame);
  assert_true(ffh_partner_is_ordered(&c->frame));
}

static void calls_without_handles_share_the_process(void **state) {
  (void)state;
  ffh_partner_enter(&c->frame);
  assert_true(ffh_partner_is_ordered(&c->frame));
  ffh_partner_enter(&c->frame);
  assert_false(ffh_partner_is_ordered(&c->frame));
  ffh_partner_reset();
  assert_true(ffh_partner_is_ordered(&c->frame));
  ffh_partner_lose_order(&c->frame);
  assert_false(ffh_partner_is_ordered(&c->frame));
}

static void what_the_shadow_made_becomes_the_partner(void **state) {
  (void)state;
  ffh_slot *slot = ffh_case_result(c, FFH_KIND_HANDLE, 8);
  slot->flags = FFH_SLOT_CREATES;
  slot->handle_type = FFH_CASE_SHARED;
  ffh_case_value(c)->variable = 0;
  ffh_frame shadow = c->frame;
  shadow.result.p = &partner;
  ffh_partner_born(&c->frame, &shadow);
  assert_ptr_equal(ffh_handles_at(0)->partner, &partner);
  shadow.outcome = FFH_OUTCOME_SKIPPED;
  ffh_partner_born(&c->frame, &shadow);
  assert_null(ffh_handles_at(0)->partner);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(free_functions_and_malformed_calls_have_no_shadow, fresh),
      cmocka_unit_test_setup(a_partner_takes_the_place_of_its_handle, fresh),
      cmocka_unit_test_setup(calls_one_after_the_other_are_ordered, fresh),
      cmocka_unit_test_setup(writers_that_overlap_lose_their_order, fresh),
      cmocka_unit_test_setup(readers_may_overlap, fresh),
      cmocka_unit_test_setup(a_child_counts_as_its_parent, fresh),
      cmocka_unit_test_setup(a_call_with_a_handle_and_its_child_does_not_overlap_itself, fresh),
      cmocka_unit_test_setup(calls_without_handles_share_the_process, fresh),
      cmocka_unit_test_setup(what_the_shadow_made_becomes_the_partner, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
