/* boundary/handles: generations, keepers, inheritance, dying with a parent. */
#include "boundary/handles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static uint16_t ended[FFH_MAX_HANDLES];
static unsigned n_ended;
static int object;

static void note_end(uint16_t variable) {
  ended[n_ended++] = variable;
}

static int fresh(void **state) {
  (void)state;
  ffh_handles_reset(8);
  n_ended = 0;
  for (uint16_t i = 0; i < 6; i++) {
    ffh_handles_born(i, &object, 0, 0, i);
  }
  return 0;
}

static void generations_never_repeat(void **state) {
  (void)state;
  uint64_t last = ffh_handles_at(5)->generation;
  fresh(NULL);
  assert_true(ffh_handles_at(0)->generation > last);
  assert_true(ffh_handles_at(5)->generation > ffh_handles_at(0)->generation);
}

static void a_kept_handle_is_held_until_its_keeper_dies(void **state) {
  (void)state;
  assert_true(ffh_handles_keep(1, 0));
  assert_true(ffh_handles_keep(1, 0));
  assert_true(ffh_handles_keep(2, 0));
  assert_int_equal(ffh_handles_at(0)->keepers, 2);
  ffh_handles_died(1, 9, note_end);
  assert_int_equal(ffh_handles_at(0)->keepers, 1);
  ffh_handles_died(2, 9, note_end);
  assert_int_equal(ffh_handles_at(0)->keepers, 0);
}

static void an_heir_keeps_what_was_kept(void **state) {
  (void)state;
  ffh_handles_keep(1, 0);
  assert_true(ffh_handles_inherit(2, 1));
  ffh_handles_died(1, 9, note_end);
  assert_int_equal(ffh_handles_at(0)->keepers, 1);
}

static void a_dependant_dies_with_its_parent(void **state) {
  (void)state;
  ffh_handles_at(3)->dies_with = 1;
  ffh_handles_at(4)->dies_with = 3;
  ffh_handles_keep(4, 0);
  ffh_handles_died(1, 9, note_end);
  assert_int_equal(n_ended, 3);
  assert_int_equal(ended[0], 1);
  assert_int_equal(ffh_handles_at(3)->state, FFH_HANDLE_DEAD);
  assert_int_equal(ffh_handles_at(4)->state, FFH_HANDLE_DEAD);
  assert_int_equal(ffh_handles_at(0)->keepers, 0);
  assert_int_equal(ffh_handles_at(2)->state, FFH_HANDLE_LIVE);
}

static void children_of_another_parent_are_seen(void **state) {
  (void)state;
  ffh_handles_at(2)->parent = 0;
  ffh_handles_keep(1, 2);
  assert_true(ffh_handles_children_belong(1, 0));
  assert_false(ffh_handles_children_belong(1, 3));
}

static void kept_until_a_call(void **state) {
  (void)state;
  static const uint16_t until[] = {7, 11};
  assert_true(ffh_handles_keep_until(0, until, 2));
  ffh_handles_called(8);
  assert_int_equal(ffh_handles_at(0)->keepers, 1);
  ffh_handles_called(11);
  assert_int_equal(ffh_handles_at(0)->keepers, 0);
  ffh_handles_keep_until(0, until, 2);
  ffh_handles_no_more_calls();
  assert_int_equal(ffh_handles_at(0)->keepers, 0);
}

static void edges_are_bounded(void **state) {
  (void)state;
  assert_true(ffh_handles_have_room());
  static const uint16_t until[] = {1};
  unsigned kept = 0;
  while (ffh_handles_keep_until(0, until, 1)) {
    kept++;
  }
  assert_int_equal(kept, FFH_MAX_EDGES);
  assert_false(ffh_handles_have_room());
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(generations_never_repeat, fresh),
      cmocka_unit_test_setup(a_kept_handle_is_held_until_its_keeper_dies, fresh),
      cmocka_unit_test_setup(an_heir_keeps_what_was_kept, fresh),
      cmocka_unit_test_setup(a_dependant_dies_with_its_parent, fresh),
      cmocka_unit_test_setup(children_of_another_parent_are_seen, fresh),
      cmocka_unit_test_setup(kept_until_a_call, fresh),
      cmocka_unit_test_setup(edges_are_bounded, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
