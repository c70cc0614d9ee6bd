/* check/lasterror: what a failure leaves for its thread to read. */
#include "check/lasterror.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fixture_case.h"

static ffh_case *c;
static ffh_slot result_slot;
static ffh_function by;
static ffh_verdict said;

static int fresh(void **state) {
  (void)state;
  c = ffh_case_begin(0);
  c->frame.outcome = FFH_OUTCOME_FAILED;
  result_slot = (ffh_slot){.name = "result",
                           .kind = FFH_KIND_VIEW,
                           .param = FFH_PARAM_RESULT,
                           .handle_type = FFH_NONE,
                           .size = 8,
                           .lo = 1};
  by = (ffh_function){.name = "why", .slots = &result_slot, .n_slots = 1};
  memset(&said, 0x5a, sizeof said);
  return 0;
}

static ffh_said text(const char *bytes) {
  ffh_said read;
  ffh_last_error_read(&by, (ffh_word){.cp = bytes}, &read);
  return read;
}

static ffh_said number(int64_t value) {
  result_slot.kind = FFH_KIND_INT;
  result_slot.flags = FFH_SLOT_SIGNED;
  result_slot.size = 4;
  ffh_said read;
  ffh_last_error_read(&by, (ffh_word){.i = value}, &read);
  return read;
}

static ffh_last_error fails(unsigned lane, uint16_t call, ffh_said read, uint32_t events) {
  ffh_last_error record;
  ffh_past past = {&c->target, NULL, events};
  c->frame.lane = (uint8_t)lane;
  c->frame.index = call;
  ffh_last_error_failed(&c->frame, &read, &past, &record, &said);
  return record;
}

static void a_failure_leaves_an_error(void **state) {
  (void)state;
  (void)fails(0, 1, text("disk full"), 0);
  assert_int_equal(said.rule, FFH_RULE_NONE);
  (void)fails(0, 1, text(""), 0);
  assert_int_equal(said.rule, FFH_LAST_ERROR_RULE);
  assert_non_null(strstr(said.message, "why delivers no error"));
  (void)fails(0, 1, text(NULL), 0);
  assert_int_equal(said.rule, FFH_LAST_ERROR_RULE);
  (void)fails(0, 1, number(-3), 0);
  assert_int_equal(said.rule, FFH_RULE_NONE);
  (void)fails(0, 1, number(0), 0);
  assert_int_equal(said.rule, FFH_LAST_ERROR_RULE);
}

static void a_status_says_by_its_success_that_there_is_none(void **state) {
  (void)state;
  (void)number(0);
  result_slot.kind = FFH_KIND_STATUS;
  by.success = 7;
  ffh_said read;
  ffh_last_error_read(&by, (ffh_word){.i = 7}, &read);
  assert_false(read.present);
  ffh_last_error_read(&by, (ffh_word){.i = 0}, &read);
  assert_true(read.present);
}

static void text_is_utf8_where_promised(void **state) {
  (void)state;
  (void)fails(0, 1, text("\xff"), 0);
  assert_int_equal(said.rule, FFH_RULE_NONE);
  result_slot.flags = FFH_SLOT_UTF8;
  (void)fails(0, 1, text("\xff"), 0);
  assert_int_equal(said.rule, FFH_LAST_ERROR_RULE);
  assert_non_null(strstr(said.message, "not UTF-8"));
}

static void asks_again(const ffh_last_error *records, unsigned n, ffh_said read,
                       const ffh_event *events, uint32_t n_events) {
  ffh_past past = {&c->target, events, n_events};
  ffh_last_error_again(&records[0], &read, records, n, &past, &said);
}

static void it_stays_until_the_next_call(void **state) {
  (void)state;
  ffh_last_error record = fails(0, 1, text("disk full"), 0);
  asks_again(&record, 1, text("disk full"), NULL, 0);
  assert_int_equal(said.rule, FFH_RULE_NONE);
  asks_again(&record, 1, text("disk gone"), NULL, 0);
  assert_int_equal(said.rule, FFH_LAST_ERROR_RULE);
  assert_non_null(strstr(said.message, "\"disk full\" became \"disk gone\""));
  assert_int_equal(said.n_evidence, 1);
  asks_again(&record, 1, text(NULL), NULL, 0);
  assert_non_null(strstr(said.message, "became nothing"));
}

static void long_texts_are_compared_as_a_whole(void **state) {
  (void)state;
  char one[200], other[200];
  memset(one, 'x', sizeof one);
  one[sizeof one - 1] = '\0';
  memcpy(other, one, sizeof one);
  other[150] = 'y';
  ffh_last_error record = fails(0, 1, text(one), 0);
  asks_again(&record, 1, text(other), NULL, 0);
  assert_int_equal(said.rule, FFH_LAST_ERROR_RULE);
}

static void the_failure_that_replaced_it_is_named(void **state) {
  (void)state;
  const ffh_event events[] = {{.call = 1, .lane = 0, .outcome = FFH_OUTCOME_FAILED},
                              {.call = 2, .lane = 1, .outcome = FFH_OUTCOME_FAILED}};
  ffh_last_error records[2];
  records[0] = fails(0, 1, text("mine"), 0);
  records[1] = fails(1, 2, text("yours"), 1);
  asks_again(records, 2, text("yours"), events, 2);
  assert_int_equal(said.n_evidence, 2);
  assert_string_equal(said.evidence[0].title, "lane A, call 1 (subject) failed with \"mine\"");
  assert_string_equal(said.evidence[1].title,
                      "lane B, call 2 (subject) failed meanwhile with \"yours\"");
}

static void else_the_call_that_came_back_last(void **state) {
  (void)state;
  const ffh_event events[] = {{.call = 1, .lane = 0, .outcome = FFH_OUTCOME_FAILED},
                              {.call = 2, .lane = 1, .outcome = FFH_OUTCOME_OK},
                              {.call = 3, .lane = 1, .outcome = FFH_OUTCOME_SKIPPED}};
  ffh_last_error record = fails(0, 1, text("mine"), 0);
  asks_again(&record, 1, text(NULL), events, 3);
  assert_int_equal(said.n_evidence, 2);
  assert_string_equal(said.evidence[1].title, "lane B, call 2 (subject) ran meanwhile");
}

static void errno_is_set_where_it_tells_failures(void **state) {
  (void)state;
  c->frame.error_number = 0;
  ffh_errno_check(&c->frame, &said);
  assert_int_equal(said.rule, FFH_RULE_NONE);
  c->function->error_kind = FFH_ERROR_BY_ERRNO;
  ffh_errno_check(&c->frame, &said);
  assert_int_equal(said.rule, FFH_ERRNO_UNSET);
  c->frame.error_number = 5;
  ffh_errno_check(&c->frame, &said);
  assert_int_equal(said.rule, FFH_RULE_NONE);
  c->frame.error_number = 0;
  c->frame.outcome = FFH_OUTCOME_OK;
  ffh_errno_check(&c->frame, &said);
  assert_int_equal(said.rule, FFH_RULE_NONE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_failure_leaves_an_error, fresh),
      cmocka_unit_test_setup(a_status_says_by_its_success_that_there_is_none, fresh),
      cmocka_unit_test_setup(text_is_utf8_where_promised, fresh),
      cmocka_unit_test_setup(it_stays_until_the_next_call, fresh),
      cmocka_unit_test_setup(long_texts_are_compared_as_a_whole, fresh),
      cmocka_unit_test_setup(the_failure_that_replaced_it_is_named, fresh),
      cmocka_unit_test_setup(else_the_call_that_came_back_last, fresh),
      cmocka_unit_test_setup(errno_is_set_where_it_tells_failures, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
