/* plan/numbers: which numbers a slot may hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "plan/build.h"

static ffh_slot slot;
static const ffh_function function = {.n_slots = 1, .slots = &slot};

static void int_slot(uint32_t size, unsigned flags, int64_t lo, int64_t hi) {
  slot = (ffh_slot){.kind = FFH_KIND_INT,
                    .size = size,
                    .flags = (uint16_t)flags,
                    .parent = FFH_NONE,
                    .partner = FFH_NONE,
                    .lo = lo,
                    .hi = hi};
}

static void assert_stays(uint64_t number) {
  assert_true(ffh_slot_fold(&function, 0, number) == number);
}

static void assert_folds_into(uint64_t number, uint64_t low, uint64_t high) {
  uint64_t folded = ffh_slot_fold(&function, 0, number);
  assert_true(folded >= low && folded <= high);
  assert_stays(folded);
}

/* ffh-gen writes INT64_MIN to INT64_MAX for every 64-bit type without a range. */
static void all_of_an_unsigned_64_bit_number(void **state) {
  (void)state;
  int_slot(8, 0, INT64_MIN, INT64_MAX);
  assert_stays(0);
  assert_stays(INT64_MAX);
  assert_stays((uint64_t)INT64_MAX + 1);
  assert_stays(UINT64_MAX);
}

static void all_of_a_signed_64_bit_number(void **state) {
  (void)state;
  int_slot(8, FFH_SLOT_SIGNED, INT64_MIN, INT64_MAX);
  assert_stays(0);
  assert_stays((uint64_t)INT64_MIN);
  assert_stays(INT64_MAX);
}

static void a_range_holds(void **state) {
  (void)state;
  int_slot(8, 0, 3, 9);
  assert_stays(3);
  assert_stays(9);
  assert_folds_into(10, 3, 9);
  assert_folds_into(2, 3, 9);
  assert_folds_into(UINT64_MAX, 3, 9);
}

static void an_enumerator_stays_and_others_become_one(void **state) {
  (void)state;
  static const int64_t values[] = {10, 20, 31};
  int_slot(4, 0, 0, 0);
  slot.kind = FFH_KIND_ENUM;
  slot.enumerators = values;
  slot.n_enumerators = 3;
  for (unsigned i = 0; i < 3; i++) {
    assert_stays((uint64_t)values[i]);
  }
  assert_folds_into(11, 10, 31);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_of_an_unsigned_64_bit_number),
      cmocka_unit_test(all_of_a_signed_64_bit_number),
      cmocka_unit_test(a_range_holds),
      cmocka_unit_test(an_enumerator_stays_and_others_become_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
