/* Mutations are valid, bounded, deterministic, and reach everything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/prng.h"
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
  static char text[FFH_MAX_TEXT];
  assert_int_equal(ffh_plan_decode(target, data, size, plan), FFH_DECODE_OK);
  const char *wrong = ffh_plan_check(plan);
  if (wrong != NULL) {
    ffh_plan_print(plan, text, sizeof text);
    fail_msg("%s\n%s", wrong, text);
  }
  assert_true(plan->schedule.lanes <= lanes);
}

static void test_mutations_are_valid(void **state) {
  (void)state;
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
      size =
          ffh_plan_mutate(target, data, size, max_size, round, 4, round % 3 == 0 ? NULL : engine);
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
  for (unsigned round = 0; round < 3000; round++) {
    size = round % 50 == 0 ? 0 : size; /* from an empty input again and again */
    size = ffh_plan_mutate(target, data, size, sizeof data, round, 4, NULL);
    expect_valid(target, data, size, 4);
    for (unsigned i = 0; i < plan->n_calls; i++) {
      calls[plan->calls[i].function]++;
      forms[plan->calls[i].malformed]++;
    }
  }
  const unsigned never = FFH_FN_LEGACY | FFH_FN_EXCLUDED | FFH_FN_INIT | FFH_FN_FINI;
  for (unsigned i = 0; i < target->n_functions; i++) {
    const ffh_function *function = &target->functions[i];
    bool callable = (function->flags & never) == 0 && strcmp(function->name, "orphan_use") != 0;
    if (callable != (calls[i] > 0)) {
      fail_msg("%s: %llu calls", function->name, (unsigned long long)calls[i]);
    }
  }
  for (unsigned i = 0; i < FFH_FORM_COUNT; i++) {
    if (forms[i] == 0) {
      fail_msg("form %s was never sent", ffh_form_name((ffh_form)i));
    }
  }
}

static void test_mutation_is_deterministic(void **state) {
  (void)state;
  const ffh_target *target = ffh_fixture_target();
  static uint8_t a[MAX_SIZE], b[MAX_SIZE];
  size_t a_size = 0, b_size = 0;
  for (unsigned round = 0; round < 500; round++) {
    a_size = ffh_plan_mutate(target, a, a_size, sizeof a, round, 8, engine);
    b_size = ffh_plan_mutate(target, b, b_size, sizeof b, round, 8, engine);
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
                                    round % 20, NULL);
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
      cmocka_unit_test(test_mutation_is_deterministic),
      cmocka_unit_test(test_mutation_of_anything),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
