/* decode is total, canonical files mean the same to every later contract, encode is its inverse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/id.h"
#include "base/prng.h"
#include "fixture_target.h"
#include "plan/plan.h"

#define ROUNDS 1000000u
#define MAX_BYTES 512u

static ffh_plan *plan, *again;
static uint8_t encoded[FFH_MAX_INPUT], second[FFH_MAX_INPUT];

static bool same_value(const ffh_value *a, const ffh_value *b) {
  return a->form == b->form && a->is_null == b->is_null && a->variable == b->variable &&
         a->defines == b->defines && a->number == b->number && a->size == b->size &&
         (a->size == 0 || memcmp(a->bytes, b->bytes, a->size) == 0);
}

static bool same_plan(const ffh_plan *a, const ffh_plan *b) {
  if (a->target != b->target || a->n_calls != b->n_calls || a->n_values != b->n_values ||
      a->n_variables != b->n_variables || a->schedule.lanes != b->schedule.lanes ||
      a->schedule.policy != b->schedule.policy || a->schedule.seed != b->schedule.seed ||
      a->schedule.stickiness != b->schedule.stickiness ||
      a->schedule.n_switches != b->schedule.n_switches) {
    return false;
  }
  for (unsigned i = 0; i < a->schedule.n_switches; i++) {
    if (a->schedule.switches[i].step != b->schedule.switches[i].step ||
        a->schedule.switches[i].lane != b->schedule.switches[i].lane) {
      return false;
    }
  }
  for (unsigned i = 0; i < a->n_calls; i++) {
    if (a->calls[i].function != b->calls[i].function || a->calls[i].lane != b->calls[i].lane ||
        a->calls[i].malformed != b->calls[i].malformed) {
      return false;
    }
  }
  for (unsigned i = 0; i < a->n_values; i++) {
    if (!same_value(&a->values[i], &b->values[i])) {
      return false;
    }
  }
  return memcmp(a->variables, b->variables, a->n_variables * sizeof a->variables[0]) == 0;
}

static void report(const char *what, const uint8_t *data, size_t size) {
  static char text[FFH_MAX_TEXT];
  print_message("%s, input:", what);
  for (size_t i = 0; i < size; i++) {
    print_message("%02x", data[i]);
  }
  text[0] = '\0';
  ffh_plan_print(plan, text, sizeof text);
  print_message("\n%s\n", text);
  fail();
}

static void check_decoded(const uint8_t *data, size_t size) {
  const char *wrong = ffh_plan_check(plan);
  if (wrong != NULL) {
    report(wrong, data, size);
  }
}

/* encode and decode are inverses on this plan. */
static size_t check_encoding(const uint8_t *data, size_t size) {
  size_t n = ffh_plan_encode(plan, encoded, sizeof encoded);
  if (n == 0 || ffh_plan_decode(plan->target, encoded, n, again) != FFH_DECODE_OK ||
      !same_plan(plan, again)) {
    report("decode(encode(plan)) is another plan", data, size);
  }
  if (ffh_plan_encode(again, second, sizeof second) != n || memcmp(encoded, second, n) != 0) {
    report("encode(decode(encode(plan))) differs", data, size);
  }
  return n;
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
  size_t n_last = 0;
  uint64_t calls = 0, bytes = 0;
  for (unsigned round = 0; round < ROUNDS; round++) {
    size_t size = fill(&prng, data, ffh_prng_below(&prng, MAX_BYTES));
    if (round % 3 == 1 && size >= 8) {
      memcpy(data, "FFH\x01", 4);
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
      report("not a plan", data, size);
    }
    check_decoded(data, size);
    calls += plan->n_calls;
    bytes += size;
    if (round % 16 == 0) {
      size_t n = check_encoding(data, size);
      if (n > 16 && n < sizeof last) {
        memcpy(last, encoded, n);
        n_last = n;
      }
    }
  }
  print_message("%u inputs, %llu bytes, %llu calls\n", ROUNDS, (unsigned long long)bytes,
                (unsigned long long)calls);
  assert_true(calls > ROUNDS);
}

static int set_up(void **state) {
  (void)state;
  plan = ffh_plan_new();
  again = ffh_plan_new();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_any_bytes_are_a_plan),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
