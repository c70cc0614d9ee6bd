/* boundary/arena: exact sizes, poison outside and after, naming of addresses. */
#include "boundary/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/limits.h"

int __asan_address_is_poisoned(void const volatile *address);

static int start(void **state) {
  (void)state;
  ffh_arena_start();
  ffh_arena_end_input();
  return 0;
}

static void every_size_ends_exactly(void **state) {
  (void)state;
  for (size_t size = 1; size < 200; size++) {
    uint8_t *at = ffh_arena_take(size, 1, 3, 0);
    assert_non_null(at);
    assert_false(__asan_address_is_poisoned(at));
    assert_false(__asan_address_is_poisoned(at + size - 1));
    assert_true(__asan_address_is_poisoned(at + size));
    assert_true(__asan_address_is_poisoned(at - 1));
    ffh_arena_end_call(3);
    assert_true(__asan_address_is_poisoned(at));
  }
}

static void an_empty_area_may_not_be_touched(void **state) {
  (void)state;
  uint8_t *at = ffh_arena_take(0, 1, 1, 0);
  assert_non_null(at);
  assert_true(__asan_address_is_poisoned(at));
}

static void alignment_is_kept(void **state) {
  (void)state;
  for (size_t align = 1; align <= 64; align *= 2) {
    ffh_arena_take(5, 1, 0, 0);
    assert_int_equal((uintptr_t)ffh_arena_take(3, align, 0, 0) % align, 0);
  }
}

static void kept_areas_outlive_their_call(void **state) {
  (void)state;
  uint8_t *kept = ffh_arena_take(8, 1, 4, 0);
  ffh_arena_keep(17);
  uint8_t *input = ffh_arena_take(8, 1, 4, 1);
  ffh_arena_keep(FFH_KEPT_FOR_INPUT);
  ffh_arena_end_call(4);
  assert_false(__asan_address_is_poisoned(kept));
  ffh_arena_end_variable(16);
  assert_false(__asan_address_is_poisoned(kept));
  ffh_arena_end_variable(17);
  assert_true(__asan_address_is_poisoned(kept));
  assert_false(__asan_address_is_poisoned(input));
  ffh_arena_end_input();
  assert_true(__asan_address_is_poisoned(input));
}

static void addresses_are_named(void **state) {
  (void)state;
  uint8_t *first = ffh_arena_take(10, 1, 5, 2);
  uint8_t *second = ffh_arena_take(10, 1, 6, 3);
  ffh_arena_end_call(5);
  const ffh_region *region = ffh_arena_find(first + 4);
  assert_int_equal(region->call, 5);
  assert_int_equal(region->slot, 2);
  assert_false(region->live);
  region = ffh_arena_find(second + 10);
  assert_int_equal(region->call, 6);
  assert_true(region->live);
  assert_null(ffh_arena_find(&region));
}

static void one_input_is_bounded_and_the_next_starts_afresh(void **state) {
  (void)state;
  assert_null(ffh_arena_take(FFH_ARG_ARENA, 1, 0, 0));
  size_t taken = 0;
  while (ffh_arena_take(100000, 1, 0, 0) != NULL) {
    taken += 100000;
  }
  assert_true(taken <= FFH_ARG_ARENA / 2 && taken > FFH_ARG_ARENA / 4);
  ffh_arena_end_call(0);
  ffh_arena_end_input();
  assert_non_null(ffh_arena_take(100000, 1, 0, 0));
}

static void the_ring_comes_round(void **state) {
  (void)state;
  for (unsigned i = 0; i < 1000; i++) {
    for (uint16_t call = 0; call < 30; call++) {
      uint8_t *at = ffh_arena_take(1 + (i * 37 + call) % 3000, 1, call, 0);
      assert_non_null(at);
      *at = 1;
      ffh_arena_end_call(call);
    }
    ffh_arena_end_input();
  }
}

static void oversized_lengths_have_memory_behind_them(void **state) {
  (void)state;
  const uint8_t *sparse = ffh_arena_sparse();
  assert_int_equal(sparse[0], 0);
  assert_int_equal(sparse[FFH_SPARSE_BYTES - 1], 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(every_size_ends_exactly, start),
      cmocka_unit_test_setup(an_empty_area_may_not_be_touched, start),
      cmocka_unit_test_setup(alignment_is_kept, start),
      cmocka_unit_test_setup(kept_areas_outlive_their_call, start),
      cmocka_unit_test_setup(addresses_are_named, start),
      cmocka_unit_test_setup(one_input_is_bounded_and_the_next_starts_afresh, start),
      cmocka_unit_test_setup(the_ring_comes_round, start),
      cmocka_unit_test_setup(oversized_lengths_have_memory_behind_them, start),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
