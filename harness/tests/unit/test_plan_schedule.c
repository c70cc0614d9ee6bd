/* What the bytes of a schedule are read as. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fixture_plan.h"
#include "fixture_target.h"
#include "plan/plan.h"

static ffh_plan *plan;
static uint8_t encoded[FFH_MAX_INPUT];

static void decode_schedule(const uint8_t *bytes, size_t size, const char *expected) {
  static char got[1u << 16];
  const ffh_target *target = ffh_fixture_target();
  uint8_t data[128] = {'F', 'F', 'H', 1};
  memcpy(data + 4, &target->id, 4);
  memcpy(data + 8, bytes, size);
  assert_int_equal(ffh_plan_decode(target, data, 8 + size, plan), FFH_DECODE_OK);
  ffh_fixture_expect_valid(plan, data, size);
  ffh_fixture_expect_inverse(plan, encoded, data, size);
  assert_true(ffh_plan_print(plan, got, sizeof got) > 0);
  assert_string_equal(strchr(got, '\n') + 1, expected);
}
#define DECODE_SCHEDULE(expected, ...)                                        \
  do {                                                                        \
    const uint8_t bytes[] = {__VA_ARGS__};                                    \
    decode_schedule(bytes, sizeof bytes, expected);                           \
    if (ffh_plan_encode(plan, encoded, sizeof encoded) == 8 + sizeof bytes) { \
      assert_memory_equal(encoded + 8, bytes, sizeof bytes);                  \
    } else {                                                                  \
      fail_msg("%s: other bytes", expected);                                  \
    }                                                                         \
  } while (0)

/* Byte for byte: files of before the policies, and of every later build, keep their meaning. */
static void test_schedules_keep_their_bytes(void **state) {
  (void)state;
  DECODE_SCHEDULE("schedule random seed=0x51c2 lanes=4 stickiness=2 granularity=calls\n", /**/
                  4, 0, 2, 0xc2, 0x51, 0, 0, 0);
  DECODE_SCHEDULE(
      "schedule random seed=0x1 lanes=16 stickiness=8 granularity=calls\n"
      "switch 3 B\nswitch 4 A\nswitch 300 P\n",
      16, 0, 8, 1, 0, 0, 0, 3, 3, 1, 0, 0, 0xa7, 2, 15);
  DECODE_SCHEDULE(
      "schedule pct seed=0x1 lanes=2 granularity=memory depth=3 length=300\n"
      "switch 0 T1\nswitch 1 T2\n",
      2, 0x61, 0, 1, 0, 0, 0, 3, 0xac, 2, 0, 2, 0, 64, 0, 65);
  DECODE_SCHEDULE(
      "schedule surw seed=0x1 lanes=2 granularity=sync length=9 weights=A:5,B:4,T7:200\n", 2, 0x53,
      0, 1, 0, 0, 0, 0, 9, 3, 0, 5, 1, 4, 70, 0xc8, 1, 0);
  DECODE_SCHEDULE("schedule pos seed=0x1 lanes=1 granularity=memory\n", /**/
                  1, 0x22, 0, 1, 0, 0, 0, 0);
  DECODE_SCHEDULE("schedule fixed seed=0x1 lanes=1 granularity=sync\nswitch 7 A\n", /**/
                  1, 0x14, 0, 1, 0, 0, 0, 1, 7, 0);
  DECODE_SCHEDULE("schedule fixed seed=0x1 lanes=1 granularity=sync again=1 exit=1\n", /**/
                  1, 0x14, 0xc0, 1, 0, 0, 0, 0);
}

/* What is out of bounds becomes something in bounds, and what a policy does not use is left out. */
static void test_schedules_are_brought_within_bounds(void **state) {
  (void)state;
  static const struct {
    uint8_t bytes[24];
    size_t size;
    const char *text;
  } cases[] = {
      {{0, 0x80, 17, 1},
       8,
       "schedule random seed=0x1 lanes=4 stickiness=0 granularity=calls warm=1\n"},
      {{1, 0x35, 16, 1}, 8, "schedule random seed=0x1 lanes=1 stickiness=16 granularity=calls\n"},
      {{1, 0x80, 0xd0, 1},
       8,
       "schedule random seed=0x1 lanes=1 stickiness=16 granularity=calls warm=1 again=1 exit=1\n"},
      {{1, 0x01, 5, 1}, 8, "schedule pct seed=0x1 lanes=1 granularity=calls depth=3\n"},
      {{1, 0x41, 5, 1, 0, 0, 0, 18, 0, 0, 0},
       11,
       "schedule pct seed=0x1 lanes=1 granularity=calls depth=2\n"},
      {{1, 0x42, 5, 1, 0, 0, 0, 18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0},
       17,
       "schedule pos seed=0x1 lanes=1 granularity=calls length=4294967295\n"},
      /* no such lane, twice the same, not ascending */
      {{2, 0x43, 0, 1, 0, 0, 0, 0, 0, 5, 9, 1, 1, 2, 1, 3, 64, 4, 0, 5, 0},
       21,
       "schedule surw seed=0x1 lanes=2 granularity=calls weights=B:2,T1:4\n"},
      {{2, 0, 2, 1, 0, 0, 0, 2, 0, 3, 0, 255},
       12,
       "schedule random seed=0x1 lanes=2 stickiness=2 granularity=calls\n"
       "switch 0 B\nswitch 1 T64\n"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    decode_schedule(cases[i].bytes, cases[i].size, cases[i].text);
  }
}

static int set_up(void **state) {
  (void)state;
  plan = ffh_plan_new();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_schedules_keep_their_bytes),
      cmocka_unit_test(test_schedules_are_brought_within_bounds),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
