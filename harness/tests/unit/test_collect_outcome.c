/* boundary/collect: what a finished call was. */
#include "boundary/collect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "boundary/handles.h"
#include "fixture_case.h"

static ffh_case *c;
static int objects[4];

/* h0 lives. */
static int fresh(void **state) {
  (void)state;
  c = ffh_case_begin(4);
  ffh_handles_born(0, &objects[0], FFH_CASE_SHARED, 0, 0);
  return 0;
}

static ffh_outcome outcome(void) {
  ffh_collect_outcome(&c->frame);
  return c->frame.outcome;
}

static void a_status_succeeds_with_the_success_value(void **state) {
  (void)state;
  ffh_case_result(c, FFH_KIND_STATUS, 4)->flags = FFH_SLOT_SIGNED;
  c->function->error_kind = FFH_ERROR_BY_STATUS;
  c->function->success = -1;
  c->frame.result.u = UINT32_MAX; /* -1 in the low half only */
  assert_int_equal(outcome(), FFH_OUTCOME_OK);
  assert_int_equal(c->frame.status, -1);
  c->frame.result.u = 0;
  assert_int_equal(outcome(), FFH_OUTCOME_FAILED);
  assert_int_equal(c->frame.status, 0);
}

static void a_null_result_is_failure_where_the_contract_says_so(void **state) {
  (void)state;
  ffh_case_result(c, FFH_KIND_HANDLE, 8);
  assert_int_equal(outcome(), FFH_OUTCOME_OK);
  c->function->error_kind = FFH_ERROR_BY_NULL;
  assert_int_equal(outcome(), FFH_OUTCOME_FAILED);
  c->frame.result.p = objects;
  assert_int_equal(outcome(), FFH_OUTCOME_OK);
}

static void errno_results_fail_below_zero_or_with_null(void **state) {
  (void)state;
  ffh_slot *slot = ffh_case_result(c, FFH_KIND_INT, 4);
  slot->flags = FFH_SLOT_SIGNED;
  c->function->error_kind = FFH_ERROR_BY_ERRNO;
  assert_int_equal(outcome(), FFH_OUTCOME_OK);
  c->frame.result.u = (uint32_t)-5;
  assert_int_equal(outcome(), FFH_OUTCOME_FAILED);
  slot->kind = FFH_KIND_OWNED;
  slot->size = 8;
  c->frame.result.p = NULL;
  assert_int_equal(outcome(), FFH_OUTCOME_FAILED);
  c->frame.result.p = objects;
  assert_int_equal(outcome(), FFH_OUTCOME_OK);
}

static void a_new_error_message_is_failure(void **state) {
  (void)state;
  ffh_case_message(c, FFH_NO_VARIABLE, FFH_NO_VARIABLE, NULL);
  assert_int_equal(outcome(), FFH_OUTCOME_OK);
  c->memory[0] = &objects[3];
  assert_int_equal(outcome(), FFH_OUTCOME_FAILED);
  /* One that was handed in and came back as it was is none. */
  c->values[0].variable = 0;
  c->memory[0] = &objects[0];
  assert_int_equal(outcome(), FFH_OUTCOME_OK);
  /* So is one that the callee has freed and cleared. */
  c->memory[0] = NULL;
  assert_int_equal(outcome(), FFH_OUTCOME_OK);
}

static void beside_a_message_a_status_decides(void **state) {
  (void)state;
  ffh_case_message(c, FFH_NO_VARIABLE, FFH_NO_VARIABLE, NULL);
  ffh_case_result(c, FFH_KIND_STATUS, 4);
  c->function->error_kind = FFH_ERROR_BY_STATUS;
  c->memory[0] = &objects[3];
  assert_int_equal(outcome(), FFH_OUTCOME_OK);
  assert_ptr_equal(c->frame.message, &objects[3]);
  c->memory[0] = NULL;
  c->frame.result.u = 1;
  assert_int_equal(outcome(), FFH_OUTCOME_FAILED);
  assert_null(c->frame.message);
  /* One that was handed in is no new one. */
  c->values[0].variable = 0;
  c->memory[0] = &objects[0];
  assert_int_equal(outcome(), FFH_OUTCOME_FAILED);
  assert_null(c->frame.message);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_status_succeeds_with_the_success_value, fresh),
      cmocka_unit_test_setup(a_null_result_is_failure_where_the_contract_says_so, fresh),
      cmocka_unit_test_setup(errno_results_fail_below_zero_or_with_null, fresh),
      cmocka_unit_test_setup(a_new_error_message_is_failure, fresh),
      cmocka_unit_test_setup(beside_a_message_a_status_decides, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
