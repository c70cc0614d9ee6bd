/* decode is total, and encode is its inverse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/prng.h"
#include "fixture_plan.h"
#include "fixture_target.h"
#include "plan/plan.h"

#define ROUNDS 1000000u
#define MAX_BYTES 512u

static ffh_plan *plan, *again;
static uint8_t encoded[FFH_MAX_INPUT];

static void test_empty_and_huge_inputs(void **state) {
  (void)state;
  const ffh_target *target = ffh_fixture_target();
  assert_int_equal(ffh_plan_decode(target, NULL, 0, plan), FFH_DECODE_OK);
  assert_int_equal(plan->n_calls, 0);
  static uint8_t huge[FFH_MAX_INPUT + 4096];
  ffh_prng prng = {5};
  for (unsigned kind = 0; kind < 3; kind++) {
    for (size_t i = 0; i < sizeof huge; i++) {
      huge[i] = kind == 0 ? (uint8_t)ffh_prng_next(&prng) : kind == 1 ? 0 : 0xff;
    }
    assert_int_equal(ffh_plan_decode(target, huge, sizeof huge, plan), FFH_DECODE_OK);
    ffh_fixture_expect_valid(plan, huge, 0);
    ffh_fixture_expect_inverse(plan, encoded, huge, 0);
    assert_true(plan->n_calls > 100);
  }
  ffh_target nothing = *target; /* a contract without functions */
  nothing.n_functions = 0;
  assert_int_equal(ffh_plan_decode(&nothing, huge, 100, plan), FFH_DECODE_OK);
  assert_int_equal(plan->n_calls, 0);
}

/* One call, whose payload is only what is said here. */
static void decode_payload(const char *function, const uint8_t *payload, uint8_t size,
                           unsigned fail) {
  const ffh_target *target = ffh_fixture_target();
  uint8_t data[128] = {'F', 'F', 'H', 1}, *at = data + 8;
  memcpy(data + 4, &target->id, 4);
  const uint8_t schedule[] = {1, 0x04, 0, 1, 0, 0, 0, 0};
  memcpy(at, schedule, sizeof schedule);
  at += sizeof schedule;
  memcpy(at, &target->functions[ffh_fixture_function(target, function)].id, 4);
  at[4] = 0;
  at[5] = size;
  memcpy(at + 6, payload, size);
  size_t length = (size_t)(at - data) + 6 + size;
  assert_int_equal(ffh_plan_decode(target, data, length, plan), FFH_DECODE_OK);
  ffh_fixture_expect_valid(plan, data, length);
  ffh_fixture_expect_inverse(plan, encoded, data, length);
  assert_int_equal(plan->calls[plan->n_calls - 1].fail, fail);
}

/* It is of no slot, stands anywhere, and does nothing where the contract is silent. */
static void test_an_allocation_that_fails(void **state) {
  (void)state;
  decode_payload("scale", (const uint8_t[]){0, 0xc0, 1, 3}, 4, 3);
  decode_payload("scale", (const uint8_t[]){0x5a, 0xc0, 3, 0xff, 0xff, 0x7f}, 6, FFH_MAX_FAIL);
  decode_payload("scale", (const uint8_t[]){0, 0xc0, 0}, 3, 0);
  decode_payload("scale", (const uint8_t[]){0, 0xc0, 1, 3, 0, 0xc0, 1, 4}, 8, 4);
  decode_payload("limits", (const uint8_t[]){0, 0xc0, 1, 3}, 4, 0);
}

/* Informational: what decoding costs. */
static void test_cost(void **state) {
  (void)state;
  ffh_fixture_parse(plan, FFH_FIXTURE_HEAD
                    "A: s = store_open(path=\"a\")\n"
                    "A: store_put(store=s, key=\"k\", value=\"v\")\n"
                    "B: store_put(store=s, key=\"k\", value=\"w\")\n"
                    "C: m = store_get(store=s, key=\"k\")\n"
                    "C: fixture_free(memory=m)\n"
                    "B: cursor_new(store=s, out=out c)\n"
                    "B: cursor_move(cursor=c, delta=1)\n"
                    "B: cursor_move(cursor=c, delta=-1)\n"
                    "B: cursor_close(cursor=c)\n"
                    "D: p = snapshot_new(store=s)\n"
                    "D: snapshot_release(snapshot=p)\n"
                    "A: store_close(store=s)\n");
  size_t n = ffh_plan_encode(plan, encoded, sizeof encoded);
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  for (unsigned i = 0; i < 20000; i++) {
    ffh_plan_decode(ffh_fixture_target(), encoded, n, again);
  }
  clock_gettime(CLOCK_MONOTONIC, &to);
  double ns =
      ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / 20000;
  print_message("%u calls in %zu bytes: %.0f ns, %.0f ns a call (under the sanitizers)\n",
                again->n_calls, n, ns, ns / again->n_calls);
  assert_int_equal(again->n_calls, plan->n_calls);
}

static size_t fill(ffh_prng *prng, uint8_t *data, size_t size) {
  for (size_t i = 0; i < size; i++) {
    data[i] = (uint8_t)ffh_prng_next(prng);
  }
  return size;
}

/* A third raw bytes, a third bytes behind a canonical header, a third damaged canonical files. */
static void test_any_bytes_are_a_plan(void **state) {
  (void)state;
  const ffh_target *target = ffh_fixture_target();
  ffh_prng prng = {1};
  static uint8_t data[FFH_MAX_INPUT];
  static uint8_t last[1u << 16];
  static const uint8_t magic[4] = {'F', 'F', 'H', 1};
  size_t n_last = 0;
  uint64_t calls = 0, bytes = 0;
  uint64_t policies[FFH_POLICY_COUNT] = {0}, granularities[FFH_GRANULARITY_COUNT] = {0};
  uint64_t weights = 0, library_threads = 0;
  for (unsigned round = 0; round < ROUNDS; round++) {
    size_t size = fill(&prng, data, ffh_prng_below(&prng, MAX_BYTES));
    if (round % 3 == 1 && size >= 8) {
      memcpy(data, magic, sizeof magic);
      memcpy(data + 4, &target->id, 4);
    } else if (round % 3 == 2 && n_last > 0) {
      size = n_last;
      memcpy(data, last, size);
      for (unsigned damage = ffh_prng_below(&prng, 4) + 1; damage > 0; damage--) {
        data[8 + ffh_prng_below(&prng, (uint32_t)size - 8)] ^=
            (uint8_t)(1u << ffh_prng_below(&prng, 8));
      }
      size -= ffh_prng_below(&prng, 8) == 0 ? ffh_prng_below(&prng, (uint32_t)size - 8) : 0;
    }
    if (ffh_plan_decode(target, data, size, plan) != FFH_DECODE_OK) {
      ffh_fixture_fail_plan(plan, "not a plan", data, size);
    }
    ffh_fixture_expect_valid(plan, data, size);
    const ffh_schedule *schedule = &plan->schedule;
    policies[schedule->policy]++;
    granularities[schedule->granularity]++;
    weights += schedule->n_weights;
    library_threads += schedule->n_switches > 0 && schedule->switches[0].thread >= FFH_MAX_LANES;
    calls += plan->n_calls;
    bytes += size;
    if (round % 16 == 0) {
      size_t n = ffh_fixture_expect_inverse(plan, encoded, data, size);
      if (n > 16 && n < sizeof last) {
        memcpy(last, encoded, n);
        n_last = n;
      }
    }
  }
  print_message("%u inputs, %llu bytes, %llu calls\n", ROUNDS, (unsigned long long)bytes,
                (unsigned long long)calls);
  assert_true(calls > ROUNDS);
  for (unsigned i = 0; i < FFH_POLICY_COUNT; i++) {
    assert_true(policies[i] > ROUNDS / 100);
  }
  for (unsigned i = 0; i < FFH_GRANULARITY_COUNT; i++) {
    assert_true(granularities[i] > ROUNDS / 100);
  }
  assert_true(weights > 0 && library_threads > 0);
}

static int set_up(void **state) {
  (void)state;
  plan = ffh_plan_new();
  again = ffh_plan_new();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_empty_and_huge_inputs),
      cmocka_unit_test(test_an_allocation_that_fails),
      cmocka_unit_test(test_cost),
      cmocka_unit_test(test_any_bytes_are_a_plan),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
