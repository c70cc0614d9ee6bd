/* Mutations are valid, bounded, deterministic, and reach everything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/form.h"
#include "base/prng.h"
#include "fixture_plan.h"
#include "fixture_target.h"
#include "plan/edit.h"
#include "plan/plan.h"

#define ROUNDS 200000u
#define MAX_SIZE 4096u
#define CORPUS 64u

static ffh_plan *plan;
static struct {
  uint8_t data[MAX_SIZE];
  size_t size;
} corpus[CORPUS];

/* Stands for the engine's mutator: within the bound it is given. */
static size_t engine(uint8_t *data, size_t size, size_t max_size) {
  assert_true(max_size > 0 && size <= max_size);
  if (size < max_size) {
    data[size] = (uint8_t)(size * 7);
    return size + 1;
  }
  data[0] ^= 0x55;
  return size;
}

static void expect_valid(const ffh_target *target, const uint8_t *data, size_t size,
                         unsigned lanes) {
  assert_int_equal(ffh_plan_decode(target, data, size, plan), FFH_DECODE_OK);
  ffh_fixture_expect_valid(plan, data, size);
  assert_true(plan->schedule.lanes <= lanes);
}

static uint32_t points_of(uint16_t function) {
  return function == 0 ? 0 : function * 10u;
}

static const ffh_mutate_options by_memory = {
    .lanes = 4, .granularity = FFH_GRANULARITY_MEMORY, .points_of = points_of};

static void test_mutations_are_valid(void **state) {
  (void)state;
  const ffh_mutate_options options = {.lanes = 4, .granularity = FFH_GRANULARITY_SYNC};
  const ffh_target *target = ffh_fixture_target();
  static uint8_t data[MAX_SIZE];
  static uint8_t encoded[FFH_MAX_INPUT];
  ffh_prng prng = {7};
  uint64_t calls = 0;
  for (unsigned round = 0; round < ROUNDS; round++) {
    unsigned at = ffh_prng_below(&prng, CORPUS),
             max_size = 16 + ffh_prng_below(&prng, MAX_SIZE - 16);
    size_t size = corpus[at].size < max_size ? corpus[at].size : 0;
    memcpy(data, corpus[at].data, size);
    if (round % 8 == 0) {
      unsigned other = ffh_prng_below(&prng, CORPUS);
      size = ffh_plan_crossover(target, corpus[at].data, corpus[at].size, corpus[other].data,
                                corpus[other].size, data, max_size, round);
    } else {
      size = ffh_plan_mutate(target, data, size, max_size, round, &options,
                             round % 3 == 0 ? NULL : engine);
    }
    assert_true(size > 0 && size <= max_size);
    expect_valid(target, data, size, FFH_DEFAULT_LANES);
    if (size >= 8 && memcmp(data, "FFH\x01", 4) == 0) { /* not the raw bytes of a tiny max_size */
      assert_int_equal(ffh_plan_encode(plan, encoded, sizeof encoded), size);
      assert_memory_equal(encoded, data, size);
      unsigned to = ffh_prng_below(&prng, CORPUS);
      memcpy(corpus[to].data, data, size);
      corpus[to].size = size;
    }
    calls += plan->n_calls;
  }
  print_message("%u mutations, %llu calls\n", ROUNDS, (unsigned long long)calls);
  for (unsigned i = 0; i < FFH_MUTATION_COUNT; i++) {
    if (ffh_mutation_counts()[i] == 0) {
      fail_msg("mutation %u was never applied", i);
    }
  }
}

static void test_every_function_and_form_is_reached(void **state) {
  (void)state;
  const ffh_target *target = ffh_fixture_target();
  static uint8_t data[MAX_SIZE];
  uint64_t calls[64] = {0}, forms[FFH_FORM_COUNT] = {0};
  size_t size = 0;
  for (unsigned round = 0; round < 12000; round++) {
    size = round % 50 == 0 ? 0 : size; /* from an empty input again and again */
    size = ffh_plan_mutate(target, data, size, sizeof data, round, &by_memory, NULL);
    expect_valid(target, data, size, 4);
    for (unsigned i = 0; i < plan->n_calls; i++) {
      calls[plan->calls[i].function]++;
      forms[plan->calls[i].malformed]++;
    }
  }
  uint32_t rejects = 1u << FFH_FORM_VALUE;
  const unsigned never = FFH_FN_LEGACY | FFH_FN_EXCLUDED | FFH_FN_INIT | FFH_FN_FINI;
  for (unsigned i = 0; i < target->n_functions; i++) {
    const ffh_function *function = &target->functions[i];
    bool callable = (function->flags & never) == 0 && strcmp(function->name, "orphan_use") != 0;
    rejects |= function->rejects;
    if (callable != (calls[i] > 0)) {
      fail_msg("%s: %llu calls", function->name, (unsigned long long)calls[i]);
    }
  }
  for (unsigned i = 0; i < FFH_FORM_COUNT; i++) {
    if ((rejects >> i & 1) != (forms[i] > 0)) {
      fail_msg("form %s: %llu calls", ffh_form_name((ffh_form)i), (unsigned long long)forms[i]);
    }
  }
}

/* What the schedule expects is what its calls pass, by lane where the policy asks. */
static void expect_estimate(void) {
  const ffh_schedule *schedule = &plan->schedule;
  uint64_t length = 0, lanes[FFH_MAX_LANES] = {0};
  for (unsigned i = 0; i < plan->n_calls; i++) {
    uint32_t points = points_of(plan->calls[i].function);
    length += points == 0 ? 1 : points;
    lanes[plan->calls[i].lane] += points == 0 ? 1 : points;
  }
  assert_int_equal(schedule->length, length);
  unsigned n = 0;
  for (unsigned lane = 0; lane < FFH_MAX_LANES && schedule->policy == FFH_POLICY_SURW; lane++) {
    if (lanes[lane] != 0) {
      assert_true(n < schedule->n_weights);
      assert_int_equal(schedule->weights[n].thread, lane);
      assert_int_equal(schedule->weights[n++].points, lanes[lane]);
    }
  }
  assert_int_equal(schedule->n_weights, n);
}

static void test_new_schedules_are_a_mix(void **state) {
  (void)state;
  const ffh_target *target = ffh_fixture_target();
  static uint8_t data[1u << 16];
  const unsigned rounds = 4000;
  unsigned policies[FFH_POLICY_COUNT] = {0}, depths[FFH_MAX_DEPTH + 1] = {0};
  for (unsigned round = 0; round < rounds; round++) {
    size_t size = ffh_plan_mutate(target, data, 0, sizeof data, round, &by_memory, NULL);
    expect_valid(target, data, size, 4);
    assert_int_equal(plan->schedule.granularity, FFH_GRANULARITY_MEMORY);
    policies[plan->schedule.policy]++;
    depths[plan->schedule.depth]++;
    if (plan->schedule.policy == FFH_POLICY_PCT || plan->schedule.policy == FFH_POLICY_SURW) {
      expect_estimate();
    } else {
      assert_int_equal(plan->schedule.length, 0);
      assert_int_equal(plan->schedule.n_weights, 0);
    }
  }
  static const unsigned tenths[FFH_POLICY_COUNT] = {3, 3, 2, 2, 0};
  for (unsigned i = 0; i < FFH_POLICY_COUNT; i++) {
    assert_in_range(policies[i] + rounds / 20, tenths[i] * rounds / 10,
                    tenths[i] * rounds / 10 + rounds / 10);
  }
  assert_int_equal(policies[FFH_POLICY_FIXED], 0);
  assert_true(depths[1] > 0 && depths[5] > 0 && depths[2] + depths[3] > depths[1] + depths[5]);
  assert_int_equal(depths[6], 0);
}

#define HEAD "ffihammer plan 1 target=fixture\nschedule "
#define CALLS "\nA: s = store_open()\nB: store_put(store=s)\nA: store_close(store=s)\n"

static size_t start_from(const char *text, uint8_t *data, size_t capacity) {
  ffh_text_error error;
  if (!ffh_plan_parse(ffh_fixture_target(), text, strlen(text), plan, &error)) {
    fail_msg("%u:%u: %s", error.line, error.column, error.message);
  }
  return ffh_plan_encode(plan, data, capacity);
}

/* A schedule keeps its granularity until it is changed itself; a fixed one stays or becomes one of
 * the mix. */
static void test_schedules_change_as_asked(void **state) {
  (void)state;
  const ffh_target *target = ffh_fixture_target();
  static uint8_t start[1u << 12], data[1u << 16];
  size_t start_size = start_from(
      HEAD "fixed seed=1 granularity=calls" CALLS "switch 1 B\nswitch 2 T1\n", start, sizeof start);
  unsigned kept = 0, changed = 0, left_fixed = 0, library_threads = 0, late = 0;
  for (unsigned round = 0; round < 5000; round++) {
    size_t size = ffh_plan_mutate(target, memcpy(data, start, start_size), start_size, sizeof data,
                                  round, &by_memory, NULL);
    expect_valid(target, data, size, 4);
    kept += plan->schedule.granularity == FFH_GRANULARITY_CALLS;
    changed += plan->schedule.granularity == FFH_GRANULARITY_MEMORY;
    left_fixed += plan->schedule.policy != FFH_POLICY_FIXED;
    for (unsigned i = 0; i < plan->schedule.n_switches; i++) {
      library_threads += plan->schedule.switches[i].thread > FFH_MAX_LANES;
      late += plan->schedule.switches[i].step > 20;
    }
  }
  assert_int_equal(kept + changed, 5000);
  assert_true(kept > changed && changed > 100 && left_fixed > 20 && library_threads > 0);
  assert_true(late > 20); /* there are points inside of calls */
}

/* Calls come and go, and what the schedule expects follows; where nothing is known, it stays. */
static void test_estimates_follow_the_calls(void **state) {
  (void)state;
  const ffh_target *target = ffh_fixture_target();
  static uint8_t data[1u << 16];
  size_t size =
      start_from(HEAD "surw granularity=memory length=5 weights=A:2,B:3" CALLS, data, sizeof data);
  const ffh_mutate_options unknown = {.lanes = 4, .granularity = FFH_GRANULARITY_MEMORY};
  for (unsigned round = 0; round < 2000; round++) {
    size = ffh_plan_mutate(target, data, size, sizeof data, round, &by_memory, NULL);
    expect_valid(target, data, size, 4);
    if (plan->schedule.granularity == FFH_GRANULARITY_MEMORY && plan->n_calls > 0 &&
        (plan->schedule.policy == FFH_POLICY_PCT || plan->schedule.policy == FFH_POLICY_SURW)) {
      expect_estimate();
    }
    if (round % 50 == 0) {
      size = start_from(HEAD "pct granularity=memory length=5 depth=4" CALLS, data, sizeof data);
      size = ffh_plan_mutate(target, data, size, sizeof data, round, &unknown, NULL);
      expect_valid(target, data, size, 4);
      assert_true(plan->schedule.length == 5 || plan->schedule.length == 0);
    }
  }
}

static void test_mutation_is_deterministic(void **state) {
  (void)state;
  const ffh_target *target = ffh_fixture_target();
  static uint8_t a[MAX_SIZE], b[MAX_SIZE];
  size_t a_size = 0, b_size = 0;
  const ffh_mutate_options options = {
      .lanes = 8, .granularity = FFH_GRANULARITY_MEMORY, .points_of = points_of};
  for (unsigned round = 0; round < 500; round++) {
    a_size = ffh_plan_mutate(target, a, a_size, sizeof a, round, &options, engine);
    b_size = ffh_plan_mutate(target, b, b_size, sizeof b, round, &options, engine);
    assert_int_equal(a_size, b_size);
    assert_memory_equal(a, b, a_size);
  }
}

static void test_mutation_of_anything(void **state) {
  (void)state;
  const ffh_target *target = ffh_fixture_target();
  static uint8_t data[MAX_SIZE];
  for (size_t max_size = 1; max_size < 40; max_size++) {
    for (unsigned round = 0; round < 200; round++) {
      memcpy(data, round % 2 == 0 ? "FFH\x02other" : "rawbytes", 8);
      size_t size = ffh_plan_mutate(target, data, max_size < 8 ? max_size : 8, max_size, round,
                                    &(ffh_mutate_options){.lanes = round % 80}, NULL);
      assert_true(size > 0 && size <= max_size);
      expect_valid(target, data, size, FFH_MAX_LANES);
    }
  }
}

static int set_up(void **state) {
  (void)state;
  plan = ffh_plan_new();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_mutations_are_valid),
      cmocka_unit_test(test_every_function_and_form_is_reached),
      cmocka_unit_test(test_new_schedules_are_a_mix),
      cmocka_unit_test(test_schedules_change_as_asked),
      cmocka_unit_test(test_estimates_follow_the_calls),
      cmocka_unit_test(test_mutation_is_deterministic),
      cmocka_unit_test(test_mutation_of_anything),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
