/* check/protocol: each rule broken, and the same call as it should be. */
#include "check/protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fixture_case.h"

static ffh_case *c;
static _Alignas(8) uint8_t memory[FFH_MAX_SLOTS][64];

static int fresh(void **state) {
  (void)state;
  c = ffh_case_begin(2);
  memset(memory, FFH_UNTOUCHED_BYTE, sizeof memory);
  return 0;
}

/* The slot last added points to memory, of so many elements. */
static uint8_t *stored(uint64_t count) {
  uint16_t at = ffh_case_last(c);
  c->frame.storage[at] = memory[at];
  c->frame.count[at] = count;
  return memory[at];
}

static ffh_verdict verdict(void) {
  ffh_verdict said;
  memset(&said, 0x5a, sizeof said);
  ffh_protocol_check(&c->frame, &said);
  return said;
}

static void assert_silent(void) {
  assert_int_equal(verdict().rule, FFH_RULE_NONE);
}

static void assert_says(ffh_rule rule, uint16_t slot, const char *part) {
  ffh_verdict said = verdict();
  assert_int_equal(said.rule, rule);
  assert_int_equal(said.slot, slot);
  assert_non_null(strstr(said.message, part));
}

static void returns_status(int64_t status) {
  c->function->error_kind = FFH_ERROR_BY_STATUS;
  c->frame.status = status;
  c->frame.outcome = status == c->function->success ? FFH_OUTCOME_OK : FFH_OUTCOME_FAILED;
}

static ffh_slot *out_scalar(ffh_kind kind, uint32_t size) {
  ffh_slot *slot = ffh_case_param(c, "out", kind, size);
  slot->direction = FFH_DIR_OUT;
  slot->flags = FFH_SLOT_INDIRECT;
  stored(1);
  return slot;
}

static void put_number(uint64_t number) {
  memcpy(memory[ffh_case_last(c)], &number, sizeof number);
}

/* ---- FFH-STATUS ---- */

static void a_status_is_listed(void **state) {
  (void)state;
  static const int64_t failures[] = {1, -2};
  c->function->failures = failures;
  c->function->n_failures = 2;
  ffh_case_result(c, FFH_KIND_STATUS, 4);
  static const int64_t listed[] = {0, 1, -2};
  for (unsigned i = 0; i < 3; i++) {
    returns_status(listed[i]);
    assert_silent();
  }
  returns_status(3);
  assert_says(FFH_STATUS_UNKNOWN, 0, "status 3");
  c->function->n_failures = 0; /* any other value is a failure */
  assert_silent();
}

/* ---- FFH-NOT-REJECTED ---- */

static void sends_null(void) {
  ffh_case_param(c, "bytes", FFH_KIND_BYTES, 1);
  ffh_case_malformed(c, ffh_case_last(c), FFH_FORM_NULL);
}

static void a_malformed_argument_is_refused(void **state) {
  (void)state;
  ffh_case_result(c, FFH_KIND_STATUS, 4);
  sends_null();
  returns_status(0);
  assert_says(FFH_NOT_REJECTED, 1, "was sent null and accepted it");
  returns_status(5);
  assert_silent();
}

static void a_refusal_has_the_promised_status(void **state) {
  (void)state;
  static const ffh_rejection promises[] = {{FFH_FORM_STALE, 1, 4}, {FFH_FORM_NULL, 1, 5}};
  c->function->rejections = promises;
  c->function->n_rejections = 2;
  ffh_case_result(c, FFH_KIND_STATUS, 4);
  sends_null();
  returns_status(5);
  assert_silent();
  returns_status(4);
  assert_says(FFH_NOT_REJECTED, 1, "refused it with status 4; the contract promises 5");
}

static void a_function_without_errors_cannot_say_no(void **state) {
  (void)state;
  sends_null();
  assert_silent();
}

/* ---- FFH-OUTPUT-ON-ERROR ---- */

static void outputs_stay_untouched_where_promised(void **state) {
  (void)state;
  ffh_slot *slot = out_scalar(FFH_KIND_INT, 8);
  slot->hi = INT64_MAX;
  returns_status(1);
  put_number(7);
  assert_silent(); /* nothing is promised */
  slot->flags |= FFH_SLOT_ON_SUCCESS;
  assert_says(FFH_OUTPUT_ON_ERROR, 0, "must stay untouched");
  slot->flags = FFH_SLOT_INDIRECT;
  c->function->on_error = FFH_ON_ERROR_UNTOUCHED;
  assert_says(FFH_OUTPUT_ON_ERROR, 0, "must stay untouched");
  memset(memory, FFH_UNTOUCHED_BYTE, sizeof memory);
  assert_silent();
  put_number(7);
  returns_status(0);
  assert_silent();
}

static void outputs_are_zeroed_where_promised(void **state) {
  (void)state;
  out_scalar(FFH_KIND_INT, 8);
  c->function->on_error = FFH_ON_ERROR_ZEROED;
  returns_status(1);
  assert_says(FFH_OUTPUT_ON_ERROR, 0, "must be zeroed");
  put_number(0);
  assert_silent();
}

static void a_buffer_counts_with_all_its_bytes(void **state) {
  (void)state;
  ffh_case_param(c, "buffer", FFH_KIND_BYTES, 1)->direction = FFH_DIR_OUT;
  uint8_t *at = stored(5);
  c->function->on_error = FFH_ON_ERROR_UNTOUCHED;
  returns_status(1);
  assert_silent();
  at[4] = 0;
  assert_says(FFH_OUTPUT_ON_ERROR, 0, "untouched");
  at[4] = FFH_UNTOUCHED_BYTE;
  at[5] = 0; /* not its memory */
  assert_silent();
}

static void a_struct_keeps_the_constants_it_was_given(void **state) {
  (void)state;
  ffh_case_param(c, "response", FFH_KIND_STRUCT, 16)->direction = FFH_DIR_OUT;
  uint8_t *at = stored(1);
  ffh_slot *size = ffh_case_field(c, 0, "size", FFH_KIND_CONST, 0, 4);
  size->lo = 16;
  ffh_case_field(c, 0, "price", FFH_KIND_INT, 8, 8)->direction = FFH_DIR_OUT;
  memset(at, 0, 4);
  at[0] = 16;
  c->function->on_error = FFH_ON_ERROR_UNTOUCHED;
  returns_status(1);
  assert_silent();
  at[8] = 1;
  assert_says(FFH_OUTPUT_ON_ERROR, 0, "untouched");
}

/* ---- FFH-CONST-WRITE ---- */

static void a_const_input_stays_as_it_was(void **state) {
  (void)state;
  ffh_slot *slot = ffh_case_param(c, "bytes", FFH_KIND_BYTES, 1);
  slot->flags = FFH_SLOT_CONST;
  uint8_t *at = stored(20);
  c->frame.digest[0] = ffh_frame_digest(&c->frame, 0);
  assert_silent();
  for (unsigned i = 0; i < 20; i++) {
    at[i] ^= 1;
    assert_says(FFH_CONST_WRITE, 0, "const");
    at[i] ^= 1;
  }
  at[20] ^= 1; /* not its memory */
  assert_silent();
  at[0] ^= 1;
  slot->flags = 0;
  assert_silent();
}

static void a_const_struct_and_text_are_watched_too(void **state) {
  (void)state;
  ffh_case_param(c, "request", FFH_KIND_STRUCT, 24)->flags = FFH_SLOT_CONST;
  stored(1);
  ffh_case_param(c, "text", FFH_KIND_TEXT, 1)->flags = FFH_SLOT_CONST;
  stored(3);
  c->frame.digest[0] = ffh_frame_digest(&c->frame, 0);
  c->frame.digest[1] = ffh_frame_digest(&c->frame, 1);
  assert_silent();
  memory[0][23] = 0;
  assert_says(FFH_CONST_WRITE, 0, "const");
  memory[0][23] = FFH_UNTOUCHED_BYTE;
  memory[1][3] = 'x'; /* its NUL */
  assert_says(FFH_CONST_WRITE, 1, "const");
}

/* ---- FFH-VALUE-RANGE ---- */

static void a_bool_is_0_or_1(void **state) {
  (void)state;
  ffh_case_result(c, FFH_KIND_BOOL, 1);
  for (unsigned i = 0; i < 4; i++) {
    c->frame.result.u = i;
    if (i < 2) {
      assert_silent();
    } else {
      assert_says(FFH_VALUE_RANGE, 0, "delivered");
    }
  }
}

static void an_enum_is_one_of_its_values(void **state) {
  (void)state;
  static const int64_t values[] = {0, 5, -1};
  ffh_slot *slot = out_scalar(FFH_KIND_ENUM, 4);
  slot->flags |= FFH_SLOT_SIGNED;
  slot->enumerators = values;
  slot->n_enumerators = 3;
  put_number(5);
  assert_silent();
  put_number(UINT32_MAX);
  assert_silent();
  put_number(4);
  assert_says(FFH_VALUE_RANGE, 0, "delivered 4");
  returns_status(1); /* of a failed call nothing is known */
  assert_silent();
}

static void flags_are_combined_from_their_values(void **state) {
  (void)state;
  static const int64_t values[] = {1, 12};
  ffh_slot *slot = out_scalar(FFH_KIND_FLAGS, 4);
  slot->enumerators = values;
  slot->n_enumerators = 2;
  put_number(13);
  assert_silent();
  put_number(2);
  assert_says(FFH_VALUE_RANGE, 0, "delivered 2");
}

static void an_int_is_in_its_range(void **state) {
  (void)state;
  ffh_slot *slot = ffh_case_result(c, FFH_KIND_INT, 2);
  slot->flags = FFH_SLOT_SIGNED;
  slot->lo = -5;
  slot->hi = 5;
  c->frame.result.i = -5;
  assert_silent();
  c->frame.result.i = 6;
  assert_says(FFH_VALUE_RANGE, 0, "delivered 6");
  c->frame.result.i = -6;
  assert_says(FFH_VALUE_RANGE, 0, "delivered -6");
}

static void a_field_of_an_output_struct_is_in_its_range(void **state) {
  (void)state;
  ffh_case_param(c, "response", FFH_KIND_STRUCT, 16)->direction = FFH_DIR_OUT;
  uint8_t *at = stored(1);
  ffh_slot *on = ffh_case_field(c, 0, "on", FFH_KIND_BOOL, 9, 1);
  on->direction = FFH_DIR_OUT;
  at[9] = 1;
  assert_silent();
  at[9] = 2;
  assert_says(FFH_VALUE_RANGE, 1, "delivered 2");
  c->frame.storage[0] = NULL;
  assert_silent();
}

static void no_more_is_written_than_fits(void **state) {
  (void)state;
  ffh_slot *buffer = ffh_case_param(c, "buffer", FFH_KIND_ARRAY, 4);
  buffer->direction = FFH_DIR_OUT;
  stored(8);
  out_scalar(FFH_KIND_WRITTEN, 8)->partner = 0;
  put_number(8);
  assert_silent();
  put_number(9);
  assert_says(FFH_VALUE_RANGE, 1, "says it wrote 9 elements into a buffer of 8");
  returns_status(1);
  assert_silent();
}

static void a_capacity_that_comes_back_is_checked_too(void **state) {
  (void)state;
  ffh_case_param(c, "buffer", FFH_KIND_BYTES, 1)->direction = FFH_DIR_OUT;
  stored(8);
  ffh_slot *size = out_scalar(FFH_KIND_CAPACITY, 4);
  size->direction = FFH_DIR_INOUT;
  size->partner = 0;
  put_number(3);
  assert_silent();
  put_number(64);
  assert_says(FFH_VALUE_RANGE, 1, "says it wrote 64");
}

static void delivered_text_is_utf8_where_promised(void **state) {
  (void)state;
  static char bad[] = "a\xff", good[] = "\xc3\xa9";
  ffh_slot *slot = ffh_case_result(c, FFH_KIND_OWNED, 8);
  slot->flags = FFH_SLOT_UTF8;
  c->frame.result.p = good;
  assert_silent();
  c->frame.result.p = bad;
  assert_says(FFH_VALUE_RANGE, 0, "UTF-8");
  slot->flags = 0;
  assert_silent();
  slot->flags = FFH_SLOT_UTF8;
  out_scalar(FFH_KIND_WRITTEN, 8)->partner = 0;
  put_number(1); /* only the first byte is text */
  assert_silent();
}

static void a_plain_call_is_silent(void **state) {
  (void)state;
  ffh_case_param(c, "number", FFH_KIND_INT, 4);
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  assert_silent();
}

/* An array of two-field elements, `on` at offset 4, and how many of them the callee wrote. */
static uint8_t *lamps(uint64_t room, uint64_t written) {
  ffh_case_param(c, "lamps", FFH_KIND_ARRAY, 8)->direction = FFH_DIR_OUT;
  uint8_t *at = stored(room);
  ffh_slot *on = ffh_case_field(c, 0, "on", FFH_KIND_BOOL, 4, 1);
  on->direction = FFH_DIR_OUT;
  on->hi = 1;
  out_scalar(FFH_KIND_WRITTEN, 8)->partner = 0;
  put_number(written);
  returns_status(0);
  return at;
}

static void elements_are_in_range_as_far_as_they_were_written(void **state) {
  (void)state;
  uint8_t *at = lamps(4, 3);
  at[4] = 1;
  at[12] = 0; /* the third was not touched */
  at[28] = 9; /* not written */
  assert_silent();
  at[20] = 2;
  assert_says(FFH_VALUE_RANGE, 1, "delivered 2");
}

static void a_nested_field_lies_where_its_struct_does(void **state) {
  (void)state;
  ffh_case_param(c, "pairs", FFH_KIND_ARRAY, 16)->direction = FFH_DIR_OUT;
  uint8_t *at = stored(2);
  ffh_case_field(c, 0, "inner", FFH_KIND_STRUCT, 8, 8)->flags = FFH_SLOT_BY_VALUE;
  ffh_slot *on = ffh_case_field(c, 1, "on", FFH_KIND_BOOL, 3, 1);
  on->direction = FFH_DIR_OUT;
  on->hi = 1;
  returns_status(0);
  assert_silent();
  at[16 + 8 + 3] = 7;
  assert_says(FFH_VALUE_RANGE, 2, "delivered 7");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_status_is_listed, fresh),
      cmocka_unit_test_setup(a_malformed_argument_is_refused, fresh),
      cmocka_unit_test_setup(a_refusal_has_the_promised_status, fresh),
      cmocka_unit_test_setup(a_function_without_errors_cannot_say_no, fresh),
      cmocka_unit_test_setup(outputs_stay_untouched_where_promised, fresh),
      cmocka_unit_test_setup(outputs_are_zeroed_where_promised, fresh),
      cmocka_unit_test_setup(a_buffer_counts_with_all_its_bytes, fresh),
      cmocka_unit_test_setup(a_struct_keeps_the_constants_it_was_given, fresh),
      cmocka_unit_test_setup(a_const_input_stays_as_it_was, fresh),
      cmocka_unit_test_setup(a_const_struct_and_text_are_watched_too, fresh),
      cmocka_unit_test_setup(a_bool_is_0_or_1, fresh),
      cmocka_unit_test_setup(an_enum_is_one_of_its_values, fresh),
      cmocka_unit_test_setup(flags_are_combined_from_their_values, fresh),
      cmocka_unit_test_setup(an_int_is_in_its_range, fresh),
      cmocka_unit_test_setup(a_field_of_an_output_struct_is_in_its_range, fresh),
      cmocka_unit_test_setup(no_more_is_written_than_fits, fresh),
      cmocka_unit_test_setup(a_capacity_that_comes_back_is_checked_too, fresh),
      cmocka_unit_test_setup(delivered_text_is_utf8_where_promised, fresh),
      cmocka_unit_test_setup(a_plain_call_is_silent, fresh),
      cmocka_unit_test_setup(elements_are_in_range_as_far_as_they_were_written, fresh),
      cmocka_unit_test_setup(a_nested_field_lies_where_its_struct_does, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
