/* boundary/args: what the C arguments of a call are, byte for byte. */
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

static void assert_filled(const uint8_t *at, size_t size) {
  for (size_t i = 0; i < size; i++) {
    assert_int_equal(at[i], FFH_UNTOUCHED_BYTE);
  }
}

static uint64_t bits_of(double number) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits;
}

static void bytes_are_exactly_as_long_as_said(void **state) {
  (void)state;
  ffh_case_param(c, "bytes", FFH_KIND_BYTES, 1)->partner = 1;
  ffh_case_bytes(c, "a\0c", 3);
  ffh_case_param(c, "size", FFH_KIND_LENGTH, 8)->partner = 0;
  assert_true(ffh_args_build(&c->frame));
  assert_memory_equal(c->frame.args[0].p, "a\0c", 3);
  ffh_case_expect_exact(c->frame.args[0].p, 3);
  assert_int_equal(c->frame.args[1].u, 3);
  assert_int_equal(ffh_frame_size(&c->frame, 0), 3);
}

static void empty_bytes_are_an_address_without_memory(void **state) {
  (void)state;
  ffh_case_param(c, "bytes", FFH_KIND_BYTES, 1);
  assert_true(ffh_args_build(&c->frame));
  assert_non_null(c->frame.args[0].p);
  ffh_case_expect_exact(c->frame.args[0].p, 0);
}

static void a_null_buffer_has_length_0(void **state) {
  (void)state;
  ffh_case_param(c, "bytes", FFH_KIND_BYTES, 1)->flags = FFH_SLOT_NULLABLE;
  ffh_case_value(c)->is_null = 1;
  ffh_case_param(c, "size", FFH_KIND_LENGTH, 8)->partner = 0;
  assert_true(ffh_args_build(&c->frame));
  assert_null(c->frame.args[0].p);
  assert_int_equal(c->frame.args[1].u, 0);
}

static void memory_goes_back_with_its_length(void **state) {
  (void)state;
  static uint32_t numbers[3];
  ffh_handles_born(0, numbers, FFH_CASE_MEMORY, 0, 0);
  ffh_handles_at(0)->length = 3;
  ffh_handles_at(0)->element = sizeof numbers[0];
  ffh_slot *slot = ffh_case_handle(c, FFH_CASE_MEMORY, 0, FFH_SLOT_CONSUMES | FFH_SLOT_NULLABLE);
  slot->partner = 1;
  ffh_case_param(c, "length", FFH_KIND_LENGTH, 8)->partner = 0;
  assert_true(ffh_args_build(&c->frame));
  assert_ptr_equal(c->frame.args[0].p, numbers);
  assert_int_equal(c->frame.args[1].u, 3);
  slot->lo = 1; /* FFH_BYTES */
  assert_true(ffh_args_build(&c->frame));
  assert_int_equal(c->frame.args[1].u, sizeof numbers);
  c->values[0].variable = FFH_NO_VARIABLE;
  assert_true(ffh_args_build(&c->frame));
  assert_null(c->frame.args[0].p);
  assert_int_equal(c->frame.args[1].u, 0);
}

static void text_ends_with_a_nul(void **state) {
  (void)state;
  ffh_case_param(c, "text", FFH_KIND_TEXT, 1);
  ffh_case_bytes(c, "abc", 3);
  assert_true(ffh_args_build(&c->frame));
  assert_string_equal(c->frame.args[0].p, "abc");
  ffh_case_expect_exact(c->frame.args[0].p, 4);
  assert_int_equal(ffh_frame_size(&c->frame, 0), 4);
}

static void a_path_lies_in_the_directory(void **state) {
  (void)state;
  ffh_case_param(c, "path", FFH_KIND_PATH, 1);
  ffh_case_bytes(c, "name", 4);
  assert_true(ffh_args_build(&c->frame));
  assert_string_equal(c->frame.args[0].p, "/tmp/box/name");
  ffh_case_expect_exact(c->frame.args[0].p, sizeof "/tmp/box/name");
}

static void array_length_counts_elements(void **state) {
  (void)state;
  static const int32_t numbers[] = {1, -2, 3};
  ffh_slot *array = ffh_case_param(c, "numbers", FFH_KIND_ARRAY, 4);
  array->elem_kind = FFH_KIND_INT;
  ffh_case_bytes(c, numbers, sizeof numbers);
  ffh_case_param(c, "count", FFH_KIND_LENGTH, 4)->partner = 0;
  assert_true(ffh_args_build(&c->frame));
  assert_memory_equal(c->frame.args[0].p, numbers, sizeof numbers);
  ffh_case_expect_exact(c->frame.args[0].p, sizeof numbers);
  assert_int_equal(c->frame.args[1].u, 3);
}

static void strings_have_pointers_and_lengths(void **state) {
  (void)state;
  ffh_slot *strings = ffh_case_param(c, "keys", FFH_KIND_STRINGS, 8);
  strings->partner = 2;
  strings->partner2 = 1;
  ffh_case_bytes(c, "\2\0ab\0\0\1\0\0", 9);
  ffh_case_value(c)->number = 3;
  ffh_case_param(c, "lengths", FFH_KIND_LENGTHS, 4)->partner = 0;
  ffh_case_param(c, "count", FFH_KIND_LENGTH, 8)->partner = 0;
  assert_true(ffh_args_build(&c->frame));
  const uint8_t *const *keys = c->frame.args[0].cp;
  const uint32_t *lengths = c->frame.args[1].cp;
  static const uint32_t expected[] = {2, 0, 1};
  assert_memory_equal(lengths, expected, sizeof expected);
  ffh_case_expect_exact((const uint8_t *)lengths, sizeof expected);
  ffh_case_expect_exact((const uint8_t *)keys, 3 * sizeof *keys);
  assert_memory_equal(keys[0], "ab", 2);
  ffh_case_expect_exact(keys[0], 2);
  ffh_case_expect_exact(keys[1], 0);
  ffh_case_expect_exact(keys[2], 1);
  assert_int_equal(c->frame.args[2].u, 3);
}

static void strings_without_lengths_end_with_a_nul(void **state) {
  (void)state;
  ffh_case_param(c, "names", FFH_KIND_STRINGS, 8);
  ffh_case_bytes(c, "\2\0ab\0\0", 6);
  ffh_case_value(c)->number = 2;
  assert_true(ffh_args_build(&c->frame));
  const char *const *names = c->frame.args[0].cp;
  assert_string_equal(names[0], "ab");
  ffh_case_expect_exact((const uint8_t *)names[0], 3);
  assert_string_equal(names[1], "");
  ffh_case_expect_exact((const uint8_t *)names[1], 1);
}

/* struct { u32 size; u16 tier; u8 on; struct { f32 x; i16 y; } at; char *text; u8 *blob; u32 n; }
 */
static void struct_fields_stand_at_their_offsets(void **state) {
  (void)state;
  ffh_case_param(c, "request", FFH_KIND_STRUCT, 48)->flags = FFH_SLOT_CONST;
  ffh_case_field(c, 0, "size", FFH_KIND_CONST, 0, 4)->lo = 48;
  ffh_case_field(c, 0, "tier", FFH_KIND_ENUM, 4, 2);
  ffh_case_value(c)->number = 7;
  ffh_case_field(c, 0, "on", FFH_KIND_BOOL, 6, 1);
  ffh_case_value(c)->number = 1;
  ffh_case_field(c, 0, "at", FFH_KIND_STRUCT, 8, 8)->flags = FFH_SLOT_BY_VALUE;
  ffh_case_field(c, 4, "x", FFH_KIND_FLOAT, 0, 4);
  ffh_case_value(c)->number = bits_of(1.5);
  ffh_case_field(c, 4, "y", FFH_KIND_INT, 4, 2)->flags = FFH_SLOT_SIGNED;
  ffh_case_value(c)->number = (uint64_t)-3;
  ffh_case_field(c, 0, "text", FFH_KIND_TEXT, 16, 1);
  ffh_case_bytes(c, "hi", 2);
  ffh_case_field(c, 0, "blob", FFH_KIND_BYTES, 24, 1);
  ffh_case_bytes(c, "xyz", 3);
  ffh_case_field(c, 0, "n", FFH_KIND_LENGTH, 32, 4)->partner = 8;
  assert_true(ffh_args_build(&c->frame));
  const struct {
    uint32_t size;
    uint16_t tier;
    uint8_t on, gap;
    float x;
    int16_t y, gap2;
    const char *text;
    const uint8_t *blob;
    uint32_t n, rest[3];
  } *request = c->frame.args[0].cp;
  _Static_assert(sizeof *request == 48, "the offsets above");
  ffh_case_expect_exact((const uint8_t *)request, 48);
  assert_int_equal(request->size, 48);
  assert_int_equal(request->tier, 7);
  assert_int_equal(request->on, 1);
  assert_true(request->x == 1.5F);
  assert_int_equal(request->y, -3);
  assert_string_equal(request->text, "hi");
  assert_memory_equal(request->blob, "xyz", 3);
  ffh_case_expect_exact(request->blob, 3);
  assert_int_equal(request->n, 3);
  assert_int_equal(request->rest[2], 0);
  assert_int_equal(c->frame.digest[0], ffh_frame_digest(&c->frame, 0));
}

static void fields_of_a_null_struct_are_left_out(void **state) {
  (void)state;
  ffh_case_param(c, "extra", FFH_KIND_STRUCT, 8)->flags = FFH_SLOT_NULLABLE;
  ffh_case_value(c)->is_null = 1;
  ffh_case_field(c, 0, "depth", FFH_KIND_INT, 0, 4);
  ffh_case_field(c, 0, "blob", FFH_KIND_BYTES, 4, 1);
  assert_true(ffh_args_build(&c->frame));
  assert_null(c->frame.args[0].p);
  assert_null(c->frame.storage[1]);
}

/* The plan holds every field of an element in its range (ffh_plan_check says so): the boundary
 * changes nothing, or an enumerator would become another one on its way. */
static void struct_elements_arrive_as_the_plan_has_them(void **state) {
  (void)state;
  typedef struct row {
    uint32_t id;
    uint8_t on, flags;
    uint16_t tier;
  } row;
  static const int64_t tiers[] = {10, 20, 31};
  static const int64_t flags[] = {1, 2, 4};
  static const row raw[] = {{5, 1, 7, 10}, {14, 0, 0, 20}, {9, 1, 5, 31}};
  ffh_slot *rows = ffh_case_param(c, "rows", FFH_KIND_ARRAY, sizeof(row));
  rows->elem_kind = FFH_KIND_STRUCT;
  ffh_case_bytes(c, raw, sizeof raw);
  ffh_slot *id = ffh_case_field(c, 0, "id", FFH_KIND_INT, 0, 4);
  id->lo = 5;
  id->hi = 14;
  ffh_case_field(c, 0, "on", FFH_KIND_BOOL, 4, 1);
  ffh_slot *flag = ffh_case_field(c, 0, "flags", FFH_KIND_FLAGS, 5, 1);
  flag->enumerators = flags;
  flag->n_enumerators = 3;
  ffh_slot *tier = ffh_case_field(c, 0, "tier", FFH_KIND_ENUM, 6, 2);
  tier->enumerators = tiers;
  tier->n_enumerators = 3;
  assert_true(ffh_args_build(&c->frame));
  assert_memory_equal(c->frame.args[0].p, raw, sizeof raw);
  ffh_case_expect_exact(c->frame.args[0].p, sizeof raw);
}

static void output_buffers_have_their_capacity(void **state) {
  (void)state;
  ffh_slot *buffer = ffh_case_param(c, "buffer", FFH_KIND_BYTES, 1);
  buffer->direction = FFH_DIR_OUT;
  buffer->partner = 1;
  ffh_case_param(c, "capacity", FFH_KIND_CAPACITY, 8)->partner = 0;
  ffh_case_value(c)->number = 5;
  ffh_slot *written = ffh_case_param(c, "written", FFH_KIND_WRITTEN, 8);
  written->direction = FFH_DIR_OUT;
  written->flags = FFH_SLOT_INDIRECT;
  written->partner = 0;
  assert_true(ffh_args_build(&c->frame));
  assert_filled(c->frame.args[0].p, 5);
  ffh_case_expect_exact(c->frame.args[0].p, 5);
  assert_int_equal(c->frame.args[1].u, 5);
  assert_int_equal(c->frame.count[0], 5);
  assert_filled(c->frame.args[2].p, 8);
  ffh_case_expect_exact(c->frame.args[2].p, 8);
}

static void an_output_that_shares_a_length_is_as_long(void **state) {
  (void)state;
  static const uint32_t keys[] = {1, 2};
  ffh_slot *in = ffh_case_param(c, "keys", FFH_KIND_ARRAY, 4);
  in->elem_kind = FFH_KIND_INT;
  in->partner = 2;
  ffh_case_bytes(c, keys, sizeof keys);
  ffh_slot *out = ffh_case_param(c, "prices", FFH_KIND_ARRAY, 8);
  out->direction = FFH_DIR_OUT;
  out->elem_kind = FFH_KIND_INT;
  out->partner = 2;
  ffh_case_param(c, "count", FFH_KIND_LENGTH, 8)->partner = 0;
  assert_true(ffh_args_build(&c->frame));
  assert_int_equal(c->frame.args[2].u, 2);
  assert_filled(c->frame.args[1].p, 16);
  ffh_case_expect_exact(c->frame.args[1].p, 16);
}

static void an_output_without_a_length_has_its_cap(void **state) {
  (void)state;
  ffh_slot *out = ffh_case_param(c, "digest", FFH_KIND_BYTES, 1);
  out->direction = FFH_DIR_OUT;
  out->hi = 20;
  assert_true(ffh_args_build(&c->frame));
  ffh_case_expect_exact(c->frame.args[0].p, 20);
}

static void output_structs_keep_only_constants(void **state) {
  (void)state;
  ffh_case_param(c, "response", FFH_KIND_STRUCT, 16)->direction = FFH_DIR_OUT;
  ffh_case_field(c, 0, "size", FFH_KIND_CONST, 0, 4)->lo = 16;
  ffh_case_field(c, 0, "price", FFH_KIND_INT, 8, 8)->direction = FFH_DIR_OUT;
  assert_true(ffh_args_build(&c->frame));
  const uint8_t *at = c->frame.args[0].cp;
  assert_int_equal(at[0], 16);
  assert_int_equal(at[1], 0);
  assert_filled(at + 4, 12);
}

static void scalars_travel_in_words_or_behind_pointers(void **state) {
  (void)state;
  ffh_case_param(c, "plain", FFH_KIND_INT, 4);
  ffh_case_value(c)->number = 77;
  ffh_slot *inout = ffh_case_param(c, "inout", FFH_KIND_INT, 4);
  inout->direction = FFH_DIR_INOUT;
  inout->flags = FFH_SLOT_INDIRECT;
  ffh_case_value(c)->number = 0x01020304;
  ffh_slot *out = ffh_case_param(c, "out", FFH_KIND_INT, 2);
  out->direction = FFH_DIR_OUT;
  out->flags = FFH_SLOT_INDIRECT;
  assert_true(ffh_args_build(&c->frame));
  assert_int_equal(c->frame.args[0].u, 77);
  assert_memory_equal(c->frame.args[1].p, "\4\3\2\1", 4);
  ffh_case_expect_exact(c->frame.args[1].p, 4);
  assert_filled(c->frame.args[2].p, 2);
  ffh_case_expect_exact(c->frame.args[2].p, 2);
}

static void floats_are_narrowed(void **state) {
  (void)state;
  ffh_case_param(c, "wide", FFH_KIND_FLOAT, 8);
  ffh_case_value(c)->number = bits_of(0.1);
  ffh_case_param(c, "narrow", FFH_KIND_FLOAT, 4);
  ffh_case_value(c)->number = bits_of(0.1);
  assert_true(ffh_args_build(&c->frame));
  assert_true(c->frame.args[0].d == 0.1);
  assert_true(c->frame.args[1].f == 0.1F);
}

static void handles_are_their_pointers(void **state) {
  (void)state;
  int object;
  ffh_handles_born(1, &object, FFH_CASE_SHARED, 0, 0);
  ffh_case_handle(c, FFH_CASE_SHARED, 1, 0);
  ffh_case_handle(c, FFH_CASE_SHARED, FFH_NO_VARIABLE, FFH_SLOT_NULLABLE);
  ffh_case_handle(c, FFH_CASE_SHARED, 1, FFH_SLOT_INDIRECT);
  ffh_slot *out = ffh_case_handle(c, FFH_CASE_SHARED, 2, FFH_SLOT_CREATES | FFH_SLOT_INDIRECT);
  out->direction = FFH_DIR_OUT;
  assert_true(ffh_args_build(&c->frame));
  assert_ptr_equal(c->frame.args[0].p, &object);
  assert_null(c->frame.args[1].p);
  assert_ptr_equal(*(void **)c->frame.args[2].p, &object);
  assert_filled(c->frame.args[3].p, sizeof(void *));
}

static void an_error_message_is_handed_in_or_null(void **state) {
  (void)state;
  char message[] = "no";
  ffh_handles_born(0, message, FFH_CASE_MEMORY, 0, 0);
  ffh_case_param(c, "errptr", FFH_KIND_ERROR, 8)->direction = FFH_DIR_INOUT;
  ffh_case_value(c)->variable = 0;
  ffh_case_param(c, "errptr2", FFH_KIND_ERROR, 8)->direction = FFH_DIR_INOUT;
  assert_true(ffh_args_build(&c->frame));
  assert_ptr_equal(*(void **)c->frame.args[0].p, message);
  assert_null(*(void **)c->frame.args[1].p);
}

static void implementation(void) {}

static void callbacks_and_their_user_data(void **state) {
  (void)state;
  static void (*const impls[])(void) = {implementation};
  static const ffh_callback described = {.n_impls = 1, .impls = impls};
  ffh_case_param(c, "done", FFH_KIND_CALLBACK, 8)->callback = &described;
  ffh_case_param(c, "none", FFH_KIND_CALLBACK, 8)->callback = &described;
  ffh_case_value(c)->number = UINT64_MAX;
  ffh_case_param(c, "context", FFH_KIND_USERDATA, 8);
  assert_true(ffh_args_build(&c->frame));
  assert_true(c->frame.args[0].fn == implementation);
  assert_true(c->frame.args[1].fn == NULL);
  assert_ptr_equal(c->frame.args[2].p, ffh_callbacks_cookie(&c->frame));
  void *first = c->frame.args[2].p;
  c->frame.index = 1;
  assert_true(ffh_args_build(&c->frame));
  assert_ptr_not_equal(c->frame.args[2].p, first);
}

static void callbacks_are_counted(void **state) {
  (void)state;
  uint64_t before = ffh_callbacks_count();
  static const ffh_edge edge = {.name = "done", .to = FFH_SIDE_CALLER, .kind = FFH_EDGE_CALLBACK};
  ffh_crossing crossing;
  ffh_callback_begin(&crossing, &edge, NULL);
  assert_int_equal(ffh_here_now.side, FFH_SIDE_CALLER);
  ffh_callback_bytes("ab", 2);
  ffh_callback_text("cd");
  ffh_callback_text(NULL);
  ffh_callback_end(&crossing);
  assert_int_equal(ffh_here_now.side, FFH_SIDE_HARNESS);
  assert_int_equal(ffh_callbacks_count(), before + 1);
}

static void too_much_for_one_input_is_no_call(void **state) {
  (void)state;
  ffh_slot *out = ffh_case_param(c, "buffer", FFH_KIND_BYTES, 1);
  out->direction = FFH_DIR_OUT;
  out->partner = 1;
  ffh_case_param(c, "capacity", FFH_KIND_CAPACITY, 8);
  ffh_case_value(c)->number = FFH_ARG_ARENA;
  assert_false(ffh_args_build(&c->frame));
}

static void a_kept_argument_lives_until_its_keeper_dies(void **state) {
  (void)state;
  int object;
  ffh_handles_born(0, &object, FFH_CASE_SHARED, 0, 0);
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  ffh_slot *name = ffh_case_param(c, "name", FFH_KIND_TEXT, 1);
  name->until = FFH_UNTIL_DESTROY;
  name->until_slot = 0;
  ffh_case_bytes(c, "kept", 4);
  ffh_case_param(c, "call", FFH_KIND_TEXT, 1);
  ffh_case_bytes(c, "gone", 4);
  assert_true(ffh_args_build(&c->frame));
  const uint8_t *kept = c->frame.args[1].cp, *gone = c->frame.args[2].cp;
  ffh_arena_end_call(0);
  assert_false(ffh_arena_find(gone)->live);
  assert_true(ffh_case_is_poisoned(gone) || __asan_address_is_poisoned == NULL);
  assert_true(ffh_arena_find(kept)->live);
  assert_string_equal((const char *)kept, "kept");
  ffh_arena_end_variable(0);
  assert_false(ffh_arena_find(kept)->live);
}

static void every_string_of_a_kept_array_is_kept(void **state) {
  (void)state;
  int object;
  ffh_handles_born(0, &object, FFH_CASE_SHARED, 0, 0);
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  ffh_slot *names = ffh_case_param(c, "names", FFH_KIND_STRINGS, 8);
  names->until = FFH_UNTIL_DESTROY;
  names->until_slot = 0;
  names->partner2 = 2;
  ffh_case_bytes(c, "\1\0a\1\0b", 6);
  ffh_case_value(c)->number = 2;
  ffh_slot *lengths = ffh_case_param(c, "lengths", FFH_KIND_LENGTHS, 8);
  lengths->partner = 1;
  assert_true(ffh_args_build(&c->frame));
  const uint8_t *const *pointers = c->frame.args[1].cp;
  ffh_arena_end_call(0);
  assert_true(ffh_arena_find(pointers)->live);
  assert_true(ffh_arena_find(pointers[0])->live);
  assert_true(ffh_arena_find(pointers[1])->live);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(bytes_are_exactly_as_long_as_said, fresh),
      cmocka_unit_test_setup(empty_bytes_are_an_address_without_memory, fresh),
      cmocka_unit_test_setup(a_null_buffer_has_length_0, fresh),
      cmocka_unit_test_setup(memory_goes_back_with_its_length, fresh),
      cmocka_unit_test_setup(text_ends_with_a_nul, fresh),
      cmocka_unit_test_setup(a_path_lies_in_the_directory, fresh),
      cmocka_unit_test_setup(array_length_counts_elements, fresh),
      cmocka_unit_test_setup(strings_have_pointers_and_lengths, fresh),
      cmocka_unit_test_setup(strings_without_lengths_end_with_a_nul, fresh),
      cmocka_unit_test_setup(struct_fields_stand_at_their_offsets, fresh),
      cmocka_unit_test_setup(fields_of_a_null_struct_are_left_out, fresh),
      cmocka_unit_test_setup(struct_elements_arrive_as_the_plan_has_them, fresh),
      cmocka_unit_test_setup(output_buffers_have_their_capacity, fresh),
      cmocka_unit_test_setup(an_output_that_shares_a_length_is_as_long, fresh),
      cmocka_unit_test_setup(an_output_without_a_length_has_its_cap, fresh),
      cmocka_unit_test_setup(output_structs_keep_only_constants, fresh),
      cmocka_unit_test_setup(scalars_travel_in_words_or_behind_pointers, fresh),
      cmocka_unit_test_setup(floats_are_narrowed, fresh),
      cmocka_unit_test_setup(handles_are_their_pointers, fresh),
      cmocka_unit_test_setup(an_error_message_is_handed_in_or_null, fresh),
      cmocka_unit_test_setup(callbacks_and_their_user_data, fresh),
      cmocka_unit_test_setup(callbacks_are_counted, fresh),
      cmocka_unit_test_setup(too_much_for_one_input_is_no_call, fresh),
      cmocka_unit_test_setup(a_kept_argument_lives_until_its_keeper_dies, fresh),
      cmocka_unit_test_setup(every_string_of_a_kept_array_is_kept, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
