/* check/shadow: what counts as a difference, and how it is told. */
#include "check/shadow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fixture_case.h"

enum { BYTES = 64 };

static ffh_case *c;
static ffh_frame shadow;
static _Alignas(8) uint8_t memory[2][FFH_MAX_SLOTS][BYTES];

static int fresh(void **state) {
  (void)state;
  c = ffh_case_begin(2);
  shadow = c->frame;
  memset(memory, FFH_UNTOUCHED_BYTE, sizeof memory);
  return 0;
}

/* The slot last added points to memory of so many elements in both calls. */
static void stored(uint64_t count) {
  uint16_t at = ffh_case_last(c);
  c->frame.storage[at] = memory[0][at];
  shadow.storage[at] = memory[1][at];
  c->frame.count[at] = shadow.count[at] = count;
}

static ffh_slot *out(const char *name, ffh_kind kind, uint32_t size, uint64_t count) {
  ffh_slot *slot = ffh_case_param(c, name, kind, size);
  slot->direction = FFH_DIR_OUT;
  slot->flags = ffh_slot_is_buffer((uint8_t)kind) ? 0 : FFH_SLOT_INDIRECT;
  stored(count);
  return slot;
}

static void put(uint16_t slot, size_t offset, const void *call, const void *other, size_t size) {
  memcpy(memory[0][slot] + offset, call, size);
  memcpy(memory[1][slot] + offset, other, size);
}

static ffh_verdict verdict(void) {
  ffh_verdict said;
  memset(&said, 0x5a, sizeof said);
  ffh_shadow_check(&c->frame, &shadow, "slow", &said);
  return said;
}

static void assert_same(void) {
  assert_int_equal(verdict().rule, FFH_RULE_NONE);
}

static void assert_differs(unsigned n, const char *first) {
  ffh_verdict said = verdict();
  assert_int_equal(said.rule, FFH_SHADOW_DIFFERS);
  assert_int_equal(said.n_evidence, n);
  assert_string_equal(said.evidence[0].title, first);
}

static void results_are_compared(void **state) {
  (void)state;
  ffh_case_result(c, FFH_KIND_INT, 4)->flags = FFH_SLOT_SIGNED;
  c->frame.result.i = shadow.result.i = -3;
  assert_same();
  shadow.result.i = 4;
  assert_differs(1, "result: -3, its shadow: 4");
  assert_non_null(strstr(verdict().message, "differs from its shadow slow in 1 value"));
}

static void the_upper_half_of_a_word_does_not_count(void **state) {
  (void)state;
  ffh_case_result(c, FFH_KIND_INT, 4);
  c->frame.result.u = 5;
  shadow.result.u = UINT64_C(0xffffffff00000005);
  assert_same();
}

static void both_fail_with_the_same_status(void **state) {
  (void)state;
  c->function->error_kind = FFH_ERROR_BY_STATUS;
  ffh_case_result(c, FFH_KIND_STATUS, 4);
  out("price", FFH_KIND_INT, 8, 1);
  c->frame.outcome = shadow.outcome = FFH_OUTCOME_FAILED;
  c->frame.result.i = shadow.result.i = 2;
  put(1, 0, "a", "b", 1);
  assert_same(); /* outputs of failed calls are another rule's */
  shadow.result.i = 3;
  assert_differs(1, "result: 2, its shadow: 3");
}

static void both_fail_or_none_does(void **state) {
  (void)state;
  shadow.outcome = FFH_OUTCOME_FAILED;
  assert_differs(1, "outcome: ok, its shadow: failed");
}

static void nan_equals_nan_and_zeros_differ(void **state) {
  (void)state;
  out("ratio", FFH_KIND_FLOAT, 8, 1);
  const uint64_t quiet = UINT64_C(0x7ff8000000000000), other = UINT64_C(0xfff8000000000001);
  put(0, 0, &quiet, &other, 8);
  assert_same();
  const double zero = 0.0, minus = -0.0;
  put(0, 0, &zero, &minus, 8);
  assert_int_equal(verdict().rule, FFH_SHADOW_DIFFERS);
  const double one = 1.5, two = 2.25;
  put(0, 0, &one, &two, 8);
  assert_differs(1, "ratio: 1.5, its shadow: 2.25");
}

static void bytes_count_up_to_what_was_written(void **state) {
  (void)state;
  out("data", FFH_KIND_BYTES, 1, 8);
  out("written", FFH_KIND_WRITTEN, 8, 1)->partner = 0;
  const uint64_t three = 3, four = 4;
  put(0, 0, "abcX", "abcY", 4);
  put(1, 0, &three, &three, 8);
  assert_same();
  put(1, 0, &four, &four, 8);
  assert_differs(1, "from byte 3 of data: \"X\", its shadow: \"Y\"");
}

static void elements_are_compared_field_by_field(void **state) {
  (void)state;
  ffh_slot *array = out("prices", FFH_KIND_ARRAY, 8, 3);
  array->elem_kind = FFH_KIND_STRUCT;
  ffh_case_field(c, 0, "tier", FFH_KIND_INT, 4, 2)->direction = FFH_DIR_OUT;
  assert_same();
  put(0, 8 + 6, "a", "b", 1); /* padding of the second element */
  assert_same();
  put(0, 16 + 4, "\1\0", "\2\0", 2);
  assert_differs(1, "prices[2].tier: 1, its shadow: 2");
  assert_int_equal(verdict().slot, 1);
}

static void numbers_in_an_array_have_their_index(void **state) {
  (void)state;
  ffh_slot *array = out("sums", FFH_KIND_ARRAY, 4, 4);
  array->elem_kind = FFH_KIND_INT;
  put(0, 0, "\1\0\0\0\2\0\0\0", "\1\0\0\0\3\0\0\0", 8);
  assert_differs(1, "sums[1]: 2, its shadow: 3");
}

static void many_differences_are_counted(void **state) {
  (void)state;
  out("sums", FFH_KIND_ARRAY, 1, 20)->elem_kind = FFH_KIND_INT;
  memset(memory[0][0], 1, 20);
  memset(memory[1][0], 2, 20);
  assert_differs(FFH_MAX_EVIDENCE, "sums[0]: 1, its shadow: 2");
  assert_non_null(strstr(verdict().message, "in 20 values"));
}

static void delivered_text_is_compared_and_pointers_are_not(void **state) {
  (void)state;
  ffh_slot *slot = ffh_case_result(c, FFH_KIND_OWNED, 8);
  slot->handle_type = FFH_CASE_MEMORY;
  slot->lo = 1;
  static const char one[] = "same", two[] = "same", three[] = "sane";
  c->frame.result.cp = one;
  shadow.result.cp = two;
  assert_same();
  shadow.result.cp = three;
  assert_differs(1, "from byte 2 of result: \"me\", its shadow: \"ne\"");
  shadow.result.cp = NULL;
  assert_differs(1, "result: \"same\", its shadow: NULL");
}

static void a_handle_is_there_or_not(void **state) {
  (void)state;
  ffh_slot *slot = ffh_case_result(c, FFH_KIND_HANDLE, 8);
  slot->flags = FFH_SLOT_CREATES;
  c->frame.result.p = memory[0];
  shadow.result.p = memory[1];
  assert_same();
  shadow.result.p = NULL;
  assert_differs(1, "result: a handle, its shadow: NULL");
}

static void inputs_are_not_compared(void **state) {
  (void)state;
  ffh_case_param(c, "data", FFH_KIND_BYTES, 1);
  stored(4);
  put(0, 0, "a", "b", 1);
  assert_same();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(results_are_compared, fresh),
      cmocka_unit_test_setup(the_upper_half_of_a_word_does_not_count, fresh),
      cmocka_unit_test_setup(both_fail_with_the_same_status, fresh),
      cmocka_unit_test_setup(both_fail_or_none_does, fresh),
      cmocka_unit_test_setup(nan_equals_nan_and_zeros_differ, fresh),
      cmocka_unit_test_setup(bytes_count_up_to_what_was_written, fresh),
      cmocka_unit_test_setup(elements_are_compared_field_by_field, fresh),
      cmocka_unit_test_setup(numbers_in_an_array_have_their_index, fresh),
      cmocka_unit_test_setup(many_differences_are_counted, fresh),
      cmocka_unit_test_setup(delivered_text_is_compared_and_pointers_are_not, fresh),
      cmocka_unit_test_setup(a_handle_is_there_or_not, fresh),
      cmocka_unit_test_setup(inputs_are_not_compared, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
