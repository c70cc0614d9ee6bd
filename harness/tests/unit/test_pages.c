/* boundary/arena and boundary/pages: what code does that no sanitizer has instrumented. */
#include "boundary/pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/syscall.h"
#include "boundary/arena.h"

static int ends[2];

static int start(void **state) {
  (void)state;
  ffh_arena_start();
  return pipe(ends);
}

static int fresh(void **state) {
  (void)state;
  const ffh_region *region;
  ffh_arena_end_input();
  (void)ffh_arena_breach(&region);
  return 0;
}

/* Whether the kernel can read the byte: nothing of ours is told of a system call. */
static bool is_mapped(const uint8_t *at) {
  char byte;
  bool sent = ffh_syscall(SYS_write, ends[1], (long)(uintptr_t)at, 1, 0, 0, 0) == 1;
  return sent && read(ends[0], &byte, 1) == 1;
}

__attribute__((no_sanitize("address"))) static void put(volatile uint8_t *at, uint8_t byte) {
  *at = byte;
}

static ffh_breach breach(uint16_t slot) {
  const ffh_region *region;
  ffh_breach found = ffh_arena_breach(&region);
  if (found != FFH_BREACH_NONE) {
    assert_int_equal(region->slot, slot);
  }
  return found;
}

static void an_exact_copy_ends_where_nothing_is_mapped(void **state) {
  (void)state;
  for (size_t size = 1; size < 9000; size += size < 40 ? 1 : 1111) {
    uint8_t *at = ffh_arena_take_pages(size, 1, true, 3, 0);
    assert_true(ffh_pages_have(at));
    assert_true(is_mapped(at));
    assert_true(is_mapped(at + size - 1));
    assert_false(is_mapped(at + size));
    ffh_arena_end_call(3);
    assert_false(is_mapped(at));
    assert_false(is_mapped(at + size - 1));
    assert_int_equal(breach(0), FFH_BREACH_NONE);
  }
}

static void nothing_has_an_address_as_well(void **state) {
  (void)state;
  uint8_t *at = ffh_arena_take_pages(0, 1, true, 3, 0);
  assert_non_null(at);
  assert_false(is_mapped(at));
  ffh_arena_end_call(3);
  assert_int_equal(breach(0), FFH_BREACH_NONE);
}

static void otherwise_it_lies_as_in_the_ring(void **state) {
  (void)state;
  for (size_t align = 1; align <= 64; align *= 2) {
    for (size_t size = 0; size < 70; size++) {
      uint8_t *paged = ffh_arena_take_pages(size, align, false, 3, 0);
      uint8_t *ring = ffh_arena_take(size, align, 3, 0);
      assert_true(ffh_pages_have(paged));
      assert_false(ffh_pages_have(ring));
      assert_int_equal((uintptr_t)paged % 16, (uintptr_t)ring % 16);
      assert_int_equal((uintptr_t)paged % align, 0);
    }
    ffh_arena_end_call(3);
    ffh_arena_end_input();
  }
}

static void alignment_comes_before_exactness(void **state) {
  (void)state;
  for (size_t align = 1; align <= 64; align *= 2) {
    assert_int_equal((uintptr_t)ffh_arena_take_pages(3, align, true, 3, 0) % align, 0);
  }
}

static void what_does_not_fit_comes_from_the_ring(void **state) {
  (void)state;
  assert_false(ffh_pages_have(ffh_arena_take_pages(1 << 17, 1, false, 3, 0)));
  bool ring = false;
  for (unsigned i = 0; i < 5000; i++) {
    ring = !ffh_pages_have(ffh_arena_take_pages(1, 1, false, 3, 0));
  }
  assert_true(ring);
  ffh_arena_end_input();
  assert_true(ffh_pages_have(ffh_arena_take_pages(1, 1, false, 3, 0)));
}

static void addresses_are_named_in_pages_too(void **state) {
  (void)state;
  uint8_t *first = ffh_arena_take_pages(5, 1, true, 3, 1);
  uint8_t *second = ffh_arena_take_pages(5, 1, true, 4, 2);
  ffh_arena_end_call(3);
  assert_int_equal(ffh_arena_find(first + 4)->slot, 1);
  assert_false(ffh_arena_find(first + 4)->live);
  assert_int_equal(ffh_arena_find(first + 5)->slot, 1);
  assert_int_equal(ffh_arena_find(second + 5)->slot, 2);
  assert_true(ffh_arena_find(second - 1)->live);
}

static uint8_t *taken(bool paged, size_t size, uint16_t slot) {
  return paged ? ffh_arena_take_pages(size, 1, false, 3, slot) : ffh_arena_take(size, 1, 3, slot);
}

static void a_byte_outside_is_found_at_the_end(void **state) {
  (void)state;
  for (unsigned paged = 0; paged < 2; paged++) {
    for (size_t size = 0; size < 40; size++) {
      uint8_t *at = taken(paged != 0, size, 7);
      (void)taken(paged != 0, size, 8);
      put(at - 1, 0);
      ffh_arena_end_call(3);
      assert_int_equal(breach(7), FFH_BREACH_BEFORE);
      assert_int_equal(breach(7), FFH_BREACH_NONE); /* told once */
      at = taken(paged != 0, size, 8);
      if (paged == 0 || size % 16 != 0) { /* else it traps */
        put(at + size, 0);
        ffh_arena_end_call(3);
        assert_int_equal(breach(8), FFH_BREACH_BEHIND);
      }
      at = taken(paged != 0, size, 9);
      if (size != 0) {
        put(at, 0);
        put(at + size - 1, 0);
      }
      ffh_arena_end_call(3);
      assert_int_equal(breach(9), FFH_BREACH_NONE);
    }
  }
}

static void what_is_sealed_and_kept_must_not_change(void **state) {
  (void)state;
  for (unsigned changed = 0; changed < 2; changed++) {
    uint8_t *at = ffh_arena_take(8, 1, 3, 7);
    ffh_arena_keep(17);
    memset(at, 1, 8);
    ffh_arena_seal(3, 7);
    ffh_arena_end_call(3);
    assert_int_equal(breach(7), FFH_BREACH_NONE);
    at[5] = changed != 0 ? 2 : 1;
    ffh_arena_end_variable(17);
    assert_int_equal(breach(7), changed != 0 ? FFH_BREACH_CHANGED : FFH_BREACH_NONE);
  }
}

static void what_ends_with_its_call_is_not_sealed(void **state) {
  (void)state;
  uint8_t *at = ffh_arena_take(8, 1, 3, 7);
  memset(at, 1, 8);
  ffh_arena_seal(3, 7);
  at[5] = 2;
  ffh_arena_end_call(3);
  assert_int_equal(breach(7), FFH_BREACH_NONE);
}

static void what_is_moved_away_is_mapped_no_more(void **state) {
  (void)state;
  for (unsigned paged = 0; paged < 2; paged++) {
    uint8_t *at = taken(paged != 0, 24, 7);
    ffh_arena_keep(17);
    memset(at, 5, 24);
    uint8_t *to = ffh_arena_move(at, 8);
    assert_int_equal(ffh_pages_have(to), paged != 0);
    assert_int_equal(is_mapped(at), paged == 0);
    assert_int_equal(to[0] + to[23], 10);
    assert_true(ffh_arena_find(at + 3)->moved);
    assert_true(ffh_arena_find(to + 3)->live);
    ffh_arena_end_variable(17);
    assert_int_equal(breach(7), FFH_BREACH_NONE);
    assert_int_equal(is_mapped(to), paged == 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(an_exact_copy_ends_where_nothing_is_mapped, fresh),
      cmocka_unit_test_setup(nothing_has_an_address_as_well, fresh),
      cmocka_unit_test_setup(otherwise_it_lies_as_in_the_ring, fresh),
      cmocka_unit_test_setup(alignment_comes_before_exactness, fresh),
      cmocka_unit_test_setup(what_does_not_fit_comes_from_the_ring, fresh),
      cmocka_unit_test_setup(addresses_are_named_in_pages_too, fresh),
      cmocka_unit_test_setup(a_byte_outside_is_found_at_the_end, fresh),
      cmocka_unit_test_setup(what_is_sealed_and_kept_must_not_change, fresh),
      cmocka_unit_test_setup(what_ends_with_its_call_is_not_sealed, fresh),
      cmocka_unit_test_setup(what_is_moved_away_is_mapped_no_more, fresh),
  };
  return cmocka_run_group_tests(tests, start, NULL);
}
