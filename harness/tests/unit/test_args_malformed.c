/* boundary/args: malformed forms of values as the library gets them. */
#include "boundary/args.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "boundary/arena.h"
#include "boundary/callbacks.h"
#include "boundary/handles.h"
#include "fixture_case.h"

static ffh_case *c;

static int fresh(void **state) {
  (void)state;
  c = ffh_case_begin(4);
  ffh_args_set_directory("/tmp/box");
  return 0;
}

static void null_is_a_null_pointer_and_length_0(void **state) {
  (void)state;
  int object;
  ffh_handles_born(0, &object, FFH_CASE_SHARED, 0, 0);
  ffh_case_param(c, "bytes", FFH_KIND_BYTES, 1);
  ffh_case_param(c, "size", FFH_KIND_LENGTH, 8)->partner = 0;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  ffh_case_param(c, "request", FFH_KIND_STRUCT, 16);
  ffh_slot *out = ffh_case_param(c, "out", FFH_KIND_INT, 4);
  out->direction = FFH_DIR_OUT;
  out->flags = FFH_SLOT_INDIRECT;
  for (uint16_t i = 0; i < 5; i++) {
    ffh_case_malformed(c, i, FFH_FORM_NULL);
  }
  c->values[1].form = FFH_FORM_VALUE; /* derived */
  assert_true(ffh_args_build(&c->frame));
  for (unsigned i = 0; i < 5; i++) {
    assert_null(c->frame.args[i].p);
  }
}

static void length_mismatch_is_null_with_a_length(void **state) {
  (void)state;
  ffh_case_param(c, "bytes", FFH_KIND_BYTES, 1);
  ffh_case_value(c)->number = 5;
  ffh_case_malformed(c, 0, FFH_FORM_LENGTH_MISMATCH);
  ffh_case_param(c, "size", FFH_KIND_LENGTH, 8)->partner = 0;
  assert_true(ffh_args_build(&c->frame));
  assert_null(c->frame.args[0].p);
  assert_int_equal(c->frame.args[1].u, 5);
}

static void bad_numbers_and_bad_text_are_sent_as_they_are(void **state) {
  (void)state;
  ffh_case_param(c, "tier", FFH_KIND_ENUM, 4);
  ffh_case_value(c)->number = 99;
  ffh_case_malformed(c, 0, FFH_FORM_BAD_ENUM);
  ffh_case_param(c, "text", FFH_KIND_TEXT, 1);
  ffh_case_bytes(c, "\xff", 1);
  ffh_case_malformed(c, 1, FFH_FORM_BAD_UTF8);
  assert_true(ffh_args_build(&c->frame));
  assert_int_equal(c->frame.args[0].u, 99);
  assert_string_equal(c->frame.args[1].p, "\xff");
}

static void a_stale_handle_is_its_old_pointer(void **state) {
  (void)state;
  int object;
  ffh_handles_born(0, &object, FFH_CASE_SHARED, 0, 0);
  ffh_handles_at(0)->state = FFH_HANDLE_DEAD;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  ffh_case_malformed(c, 0, FFH_FORM_STALE);
  assert_true(ffh_args_build(&c->frame));
  assert_ptr_equal(c->frame.args[0].p, &object);
}

static void oversized_is_real_memory_while_it_fits(void **state) {
  (void)state;
  ffh_case_param(c, "bytes", FFH_KIND_BYTES, 1)->hi = 8;
  ffh_case_value(c)->number = 9;
  ffh_case_malformed(c, 0, FFH_FORM_OVERSIZED);
  ffh_case_param(c, "size", FFH_KIND_LENGTH, 8)->partner = 0;
  ffh_case_param(c, "text", FFH_KIND_TEXT, 1)->hi = 4;
  ffh_case_value(c)->number = 300000;
  ffh_case_malformed(c, 2, FFH_FORM_OVERSIZED);
  ffh_case_param(c, "rows", FFH_KIND_ARRAY, 8)->elem_kind = FFH_KIND_STRUCT;
  ffh_case_value(c)->number = 3;
  ffh_case_malformed(c, 3, FFH_FORM_OVERSIZED);
  assert_true(ffh_args_build(&c->frame));
  ffh_case_expect_exact(c->frame.args[0].p, 9);
  ffh_case_expect_exact(c->frame.args[3].p, 24);
  for (unsigned i = 0; i < 24; i++) {
    assert_int_equal(((const uint8_t *)c->frame.args[3].cp)[i], 0); /* no wild pointers */
  }
  assert_int_equal(c->frame.args[1].u, 9);
  assert_int_equal(strlen(c->frame.args[2].p), 300000);
}

static void oversized_beyond_that_is_sparse(void **state) {
  (void)state;
  const uint64_t size = (UINT64_C(1) << 32) - 1;
  ffh_case_param(c, "bytes", FFH_KIND_BYTES, 1);
  ffh_case_value(c)->number = size;
  ffh_case_malformed(c, 0, FFH_FORM_OVERSIZED);
  ffh_case_param(c, "size", FFH_KIND_LENGTH, 8)->partner = 0;
  assert_true(ffh_args_build(&c->frame));
  const volatile uint8_t *at = c->frame.args[0].cp;
  assert_int_equal(c->frame.args[1].u, size);
  assert_int_equal(at[0], 0);
  assert_int_equal(at[size - 1], 0);
}

/* Only what the harness copied may be looked at again. */
static void an_oversized_const_input_is_not_digested_beyond_its_memory(void **state) {
  (void)state;
  ffh_case_param(c, "bytes", FFH_KIND_BYTES, 1)->flags = FFH_SLOT_CONST;
  ffh_case_value(c)->number = UINT64_C(1) << 31;
  ffh_case_malformed(c, 0, FFH_FORM_OVERSIZED);
  assert_true(ffh_args_build(&c->frame));
  assert_int_equal(ffh_frame_size(&c->frame, 0), 0);
}

static const uint8_t *versioned(uint64_t size) {
  ffh_case_param(c, "request", FFH_KIND_STRUCT, 16)->flags = FFH_SLOT_CONST;
  ffh_slot *stated = ffh_case_field(c, 0, "size", FFH_KIND_CONST, 4, 4);
  stated->lo = 16;
  stated->flags = FFH_SLOT_STRUCT_SIZE;
  ffh_case_value(c)->number = size;
  ffh_case_malformed(c, 1, FFH_FORM_BAD_VERSION);
  ffh_case_field(c, 0, "last", FFH_KIND_INT, 12, 4);
  ffh_case_value(c)->number = 7;
  assert_true(ffh_args_build(&c->frame));
  return c->frame.args[0].cp;
}

static void a_smaller_struct_ends_where_it_says(void **state) {
  (void)state;
  const uint8_t *at = versioned(11);
  ffh_case_expect_exact(at, 11);
  assert_int_equal(at[4], 11);
  assert_int_equal(ffh_frame_digest(&c->frame, 0), c->frame.digest[0]);
}

static void a_struct_has_the_field_that_states_its_size(void **state) {
  (void)state;
  const uint8_t *at = versioned(0);
  ffh_case_expect_exact(at, 8);
  assert_int_equal(at[4], 0);
}

static void a_larger_struct_is_as_large_as_it_is(void **state) {
  (void)state;
  const uint8_t *at = versioned(17);
  ffh_case_expect_exact(at, 16);
  assert_int_equal(at[4], 17);
  assert_int_equal(at[12], 7);
}

static void another_version_changes_no_size(void **state) {
  (void)state;
  ffh_case_param(c, "request", FFH_KIND_STRUCT, 8);
  ffh_case_field(c, 0, "version", FFH_KIND_CONST, 0, 4)->lo = 9;
  ffh_case_value(c)->number = 2;
  ffh_case_malformed(c, 1, FFH_FORM_BAD_VERSION);
  assert_true(ffh_args_build(&c->frame));
  ffh_case_expect_exact(c->frame.args[0].cp, 8);
  assert_int_equal(*(const uint8_t *)c->frame.args[0].cp, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(null_is_a_null_pointer_and_length_0, fresh),
      cmocka_unit_test_setup(length_mismatch_is_null_with_a_length, fresh),
      cmocka_unit_test_setup(bad_numbers_and_bad_text_are_sent_as_they_are, fresh),
      cmocka_unit_test_setup(a_stale_handle_is_its_old_pointer, fresh),
      cmocka_unit_test_setup(oversized_is_real_memory_while_it_fits, fresh),
      cmocka_unit_test_setup(oversized_beyond_that_is_sparse, fresh),
      cmocka_unit_test_setup(an_oversized_const_input_is_not_digested_beyond_its_memory, fresh),
      cmocka_unit_test_setup(a_smaller_struct_ends_where_it_says, fresh),
      cmocka_unit_test_setup(a_struct_has_the_field_that_states_its_size, fresh),
      cmocka_unit_test_setup(a_larger_struct_is_as_large_as_it_is, fresh),
      cmocka_unit_test_setup(another_version_changes_no_size, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
