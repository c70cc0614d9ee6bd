/* boundary/place: objects in the caller's storage, and when they are moved. */
#include "boundary/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "boundary/arena.h"
#include "boundary/args.h"
#include "boundary/handles.h"
#include "fixture_case.h"

enum { OBJECT, OTHER, VARIABLES, SIZE = 24 };

int __asan_address_is_poisoned(void const volatile *address);

static ffh_case *c;
static unsigned moves;
static const void *moved_from;

static void moved(const void *from, size_t size) {
  assert_int_equal(size, SIZE);
  moved_from = from;
  moves++;
}

/* The subject creates OBJECT in place, as its first parameter. */
static uint8_t *build(void) {
  assert_true(ffh_args_build(&c->frame));
  return c->frame.storage[0];
}

static int fresh(void **state) {
  (void)state;
  c = ffh_case_begin(VARIABLES);
  c->types[FFH_CASE_SERIAL].relocatable = 1;
  ffh_slot *slot = ffh_case_param(c, "self", FFH_KIND_HANDLE, SIZE);
  slot->handle_type = FFH_CASE_SERIAL;
  slot->direction = FFH_DIR_OUT;
  slot->align = 8;
  slot->flags = FFH_SLOT_CREATES | FFH_SLOT_PLACED;
  ffh_case_value(c)->variable = OBJECT;
  moves = 0;
  return 0;
}

/* OBJECT lives, full of sevens, and its call is over. */
static uint8_t *placed(void) {
  uint8_t *at = build();
  memset(at, 7, SIZE);
  ffh_handles_born(OBJECT, at, FFH_CASE_SERIAL, 0, 0);
  ffh_arena_end_call(0);
  return at;
}

static ffh_frame *use(ffh_form form) {
  static ffh_value value;
  static ffh_frame frame;
  value = (ffh_value){.form = (uint8_t)form, .variable = OBJECT, .defines = FFH_NO_VARIABLE};
  frame = (ffh_frame){.plan = c->frame.plan,
                      .function = &c->functions[FFH_CASE_PREDICATE],
                      .values = &value,
                      .index = 3};
  return &frame;
}

static void an_object_gets_storage_of_its_size(void **state) {
  (void)state;
  uint8_t *at = build();
  assert_ptr_equal(c->frame.args[0].p, at);
  assert_ptr_equal(ffh_frame_delivered(&c->frame, 0), at);
  assert_int_equal(at[0], FFH_UNTOUCHED_BYTE);
  assert_false(__asan_address_is_poisoned(at + SIZE - 1));
  assert_true(__asan_address_is_poisoned(at + SIZE));
}

static void storage_lasts_until_the_object_ends(void **state) {
  (void)state;
  uint8_t *at = placed();
  assert_false(__asan_address_is_poisoned(at));
  ffh_arena_end_variable(OBJECT);
  assert_true(__asan_address_is_poisoned(at));
}

static void a_use_finds_the_object_elsewhere(void **state) {
  (void)state;
  uint8_t *at = placed();
  ffh_place_move(use(FFH_FORM_VALUE), moved);
  uint8_t *now = ffh_handles_at(OBJECT)->pointer;
  assert_int_equal(moves, 1);
  assert_ptr_equal(moved_from, at);
  assert_ptr_not_equal(now, at);
  assert_int_equal((uintptr_t)now % 8, 0);
  for (unsigned i = 0; i < SIZE; i++) {
    assert_int_equal(now[i], 7);
    assert_true(__asan_address_is_poisoned(at + i));
  }
  assert_true(ffh_arena_find(at)->moved);
  assert_false(ffh_arena_find(now)->moved);
  ffh_place_move(use(FFH_FORM_VALUE), moved);
  assert_int_equal(ffh_handles_at(OBJECT)->moves, 2);
  now = ffh_handles_at(OBJECT)->pointer;
  ffh_arena_end_variable(OBJECT);
  assert_true(__asan_address_is_poisoned(now));
}

static void what_may_not_be_moved_stays(void **state) {
  (void)state;
  uint8_t *at = placed();
  ffh_handle *handle = ffh_handles_at(OBJECT);
  handle->in_use = 1;
  ffh_place_move(use(FFH_FORM_VALUE), moved);
  handle->in_use = 0;
  handle->keepers = 1; /* another object may know where it is */
  ffh_place_move(use(FFH_FORM_VALUE), moved);
  handle->keepers = 0;
  ffh_handles_born(OTHER, &moves, FFH_CASE_SHARED, 0, 0);
  ffh_handles_at(OTHER)->dies_with = OBJECT;
  ffh_place_move(use(FFH_FORM_VALUE), moved);
  ffh_handles_at(OTHER)->dies_with = FFH_NONE;
  ffh_place_move(use(FFH_FORM_WRONG_THREAD), moved);
  c->types[FFH_CASE_SERIAL].relocatable = 0;
  ffh_place_move(use(FFH_FORM_VALUE), moved);
  assert_int_equal(moves, 0);
  assert_ptr_equal(handle->pointer, at);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(an_object_gets_storage_of_its_size, fresh),
      cmocka_unit_test_setup(storage_lasts_until_the_object_ends, fresh),
      cmocka_unit_test_setup(a_use_finds_the_object_elsewhere, fresh),
      cmocka_unit_test_setup(what_may_not_be_moved_stays, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
