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

static bool same_schedule(const ffh_schedule *a, const ffh_schedule *b) {
  if (a->policy != b->policy || a->granularity != b->granularity || a->lanes != b->lanes ||
      a->stickiness != b->stickiness || a->depth != b->depth || a->seed != b->seed ||
      a->length != b->length || a->exits != b->exits || a->again != b->again ||
      a->n_weights != b->n_weights || a->n_switches != b->n_switches) {
    return false;
  }
  for (unsigned i = 0; i < a->n_weights; i++) {
    if (a->weights[i].thread != b->weights[i].thread ||
        a->weights[i].points != b->weights[i].points) {
      return false;
    }
  }
  for (unsigned i = 0; i < a->n_switches; i++) {
    if (a->switches[i].step != b->switches[i].step ||
        a->switches[i].thread != b->switches[i].thread) {
      return false;
    }
  }
  return true;
}

static bool same_plan(const ffh_plan *a, const ffh_plan *b) {
  if (a->target != b->target || a->n_calls != b->n_calls || a->n_values != b->n_values ||
      a->n_variables != b->n_variables || !same_schedule(&a->schedule, &b->schedule)) {
    return false;
  }
  for (unsigned i = 0; i < a->n_calls; i++) {
    if (a->calls[i].function != b->calls[i].function || a->calls[i].lane != b->calls[i].lane ||
        a->calls[i].malformed != b->calls[i].malformed || a->calls[i].fail != b->calls[i].fail) {
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
      report("not a plan", data, size);
    }
    check_decoded(data, size);
    const ffh_schedule *schedule = &plan->schedule;
    policies[schedule->policy]++;
    granularities[schedule->granularity]++;
    weights += schedule->n_weights;
    library_threads += schedule->n_switches > 0 && schedule->switches[0].thread >= FFH_MAX_LANES;
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
  for (unsigned i = 0; i < FFH_POLICY_COUNT; i++) {
    assert_true(policies[i] > ROUNDS / 100);
  }
  for (unsigned i = 0; i < FFH_GRANULARITY_COUNT; i++) {
    assert_true(granularities[i] > ROUNDS / 100);
  }
  assert_true(weights > 0 && library_threads > 0);
}

static void decode_text(const char *text) {
  ffh_text_error error;
  if (!ffh_plan_parse(ffh_fixture_target(), text, strlen(text), plan, &error)) {
    fail_msg("%u:%u: %s", error.line, error.column, error.message);
  }
}

/* What a file of the plain contract says under another variant. */
static void expect_under(ffh_fixture_variant variant, const char *text, const char *expected,
                         unsigned dropped) {
  static char got[1u << 16];
  decode_text(text);
  size_t n = ffh_plan_encode(plan, encoded, sizeof encoded);
  const ffh_target *other = ffh_fixture_variant_of(variant);
  assert_int_equal(ffh_plan_decode(other, encoded, n, again), FFH_DECODE_OK);
  assert_null(ffh_plan_check(again));
  assert_true(ffh_plan_print(again, got, sizeof got) > 0);
  assert_string_equal(got, expected);
  assert_int_equal(again->n_dropped, dropped);
}

#define HEAD                          \
  "ffihammer plan 1 target=fixture\n" \
  "schedule random seed=0x7 lanes=4 stickiness=2 granularity=calls\n"

static void test_a_grown_contract_keeps_old_files(void **state) {
  (void)state;
  expect_under(FFH_FIXTURE_GROWN,
               HEAD
               "A: o = options_new()\n"
               "A: s = store_open(path=\"b\", options=o, errptr=out e)\n"
               "B: store_put(store=s, key=\"k\", value=\"v\", errptr=e out f)\n"
               "C: p = snapshot_new(store=s)\n"
               "D: snapshot_release(store=s, snapshot=p)\n"
               "switch 2 C\n",
               HEAD
               "A: h0 = options_new()\n"
               "A: h2 = store_open(path=\"b\", mode=0, options=h0, errptr=out h1)\n"
               "B: store_put(store=h2, key=\"k\", value=\"v\", errptr=h1 out h3)\n"
               "C: h4 = snapshot_new(store=h2)\n"
               "D: snapshot_release(store=h2, snapshot=h4)\n"
               "switch 2 C\n",
               0);
}

static void test_a_shrunk_contract_keeps_the_rest(void **state) {
  (void)state;
  expect_under(FFH_FIXTURE_SHRUNK,
               HEAD
               "A: s = store_open(path=\"b\")\n"
               "A: p = snapshot_new(store=s)\n"
               "A: t = store_open(path=\"c\")\n"
               "B: store_put(store=s, key=\"k\", value=\"v\")\n"
               "B: snapshot_release(store=s, snapshot=p)\n"
               "C: store_close(store=t)\n",
               HEAD
               "A: h1 = store_open(path=\"b\", options=null, errptr=out h0)\n"
               "A: h3 = store_open(path=\"c\", options=null, errptr=out h2)\n"
               "B: store_put(store=h1, key=\"k\", errptr=out h4)\n"
               "C: store_close(store=h3)\n",
               2);
}

static void test_other_targets_and_versions(void **state) {
  (void)state;
  const ffh_target *target = ffh_fixture_target();
  ffh_target other = *target;
  other.name = "other";
  other.id = ffh_id("other");
  decode_text(HEAD "A: store_open()\n");
  size_t n = ffh_plan_encode(plan, encoded, sizeof encoded);
  assert_int_equal(ffh_plan_decode(&other, encoded, n, again), FFH_DECODE_OTHER_TARGET);
  assert_int_equal(again->n_calls, 0);
  assert_null(ffh_plan_check(again));
  encoded[3] = 2;
  assert_int_equal(ffh_plan_decode(target, encoded, n, again), FFH_DECODE_OTHER_VERSION);
  assert_int_equal(again->n_calls, 0);
  assert_null(ffh_plan_check(again));
  encoded[3] = 1;
  for (size_t size = 0; size <= n; size++) { /* every truncation */
    assert_int_equal(ffh_plan_decode(target, encoded, size, again), FFH_DECODE_OK);
    assert_null(ffh_plan_check(again));
  }
}

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
    check_decoded(huge, 0);
    check_encoding(huge, 0);
    assert_true(plan->n_calls > 100);
  }
  ffh_target nothing = *target; /* a contract without functions */
  nothing.n_functions = 0;
  assert_int_equal(ffh_plan_decode(&nothing, huge, 100, plan), FFH_DECODE_OK);
  assert_int_equal(plan->n_calls, 0);
}

static void decode_schedule(const uint8_t *bytes, size_t size, const char *expected) {
  static char got[1u << 16];
  const ffh_target *target = ffh_fixture_target();
  uint8_t data[128] = {'F', 'F', 'H', 1};
  memcpy(data + 4, &target->id, 4);
  memcpy(data + 8, bytes, size);
  assert_int_equal(ffh_plan_decode(target, data, 8 + size, plan), FFH_DECODE_OK);
  check_decoded(data, size);
  check_encoding(data, size);
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
  check_decoded(data, length);
  check_encoding(data, length);
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

/* Raw bytes: function, lane and values by index. */
static void decode_raw(const uint8_t *data, size_t size) {
  assert_int_equal(ffh_plan_decode(ffh_fixture_target(), data, size, plan), FFH_DECODE_OK);
  assert_null(ffh_plan_check(plan));
}

static void test_raw_bytes_prefer_live_handles(void **state) {
  (void)state;
  const ffh_target *target = ffh_fixture_target();
  uint8_t new = (uint8_t)ffh_fixture_function(target, "options_new");
  uint8_t release = (uint8_t)ffh_fixture_function(target, "options_release");
  /* two options, both released on lane A, whatever byte picks them */
  for (unsigned pick = 0; pick < 240; pick++) {
    uint8_t data[] = {
        2, 0, 0, new, 0, new, 0, release, 0, (uint8_t)pick, release, 0, (uint8_t)pick};
    decode_raw(data, sizeof data);
    assert_int_equal(plan->n_calls, 4);
    assert_int_not_equal(ffh_plan_values(plan, &plan->calls[2])[0].variable,
                         ffh_plan_values(plan, &plan->calls[3])[0].variable);
  }
  uint8_t alone[] = {2, 0, 0, release, 1, 0}; /* its creator comes on its own */
  decode_raw(alone, sizeof alone);
  assert_int_equal(plan->n_calls, 2);
  assert_int_equal(plan->calls[0].function, new);
}

static void test_confined_calls_follow_their_handle(void **state) {
  (void)state;
  const ffh_target *target = ffh_fixture_target();
  uint8_t new = (uint8_t)ffh_fixture_function(target, "cursor_new");
  uint8_t close = (uint8_t)ffh_fixture_function(target, "cursor_close");
  uint8_t give = (uint8_t)ffh_fixture_function(target, "cursor_give");
  uint8_t data[] = {2, 0, 0, new, 1, 0, give, 3, 0, close, 2, 0};
  decode_raw(data, sizeof data);
  assert_int_equal(plan->n_calls, 4); /* with a store_open */
  assert_int_equal(plan->calls[1].lane, 1);
  assert_int_equal(plan->calls[2].lane, 3); /* handed over */
  assert_int_equal(plan->calls[3].lane, 3);
  uint8_t widget = (uint8_t)ffh_fixture_function(target, "widget_delete");
  uint8_t roles[] = {2, 0, 0, widget, 3, 0};
  decode_raw(roles, sizeof roles);
  assert_int_equal(plan->n_calls, 2);
  assert_int_equal(plan->calls[0].lane, 1); /* role executor */
  assert_int_equal(plan->calls[1].lane, 1);
}

static void test_parents_are_matched(void **state) {
  (void)state;
  decode_text(HEAD
              "A: s = store_open(path=\"a\")\n"
              "A: p = snapshot_new(store=s)\n"
              "A: t = store_open(path=\"b\")\n"
              "A: snapshot_release(snapshot=p)\n");
  const ffh_value *values = ffh_plan_values(plan, &plan->calls[3]);
  assert_int_equal(values[0].variable, 1); /* s, although t is newer */
}

static void test_parents_end_after_children(void **state) {
  (void)state;
  decode_text(HEAD
              "A: s = store_open(path=\"a\")\n"
              "A: t = store_open(path=\"b\")\n"
              "A: cursor_new(store=t, out=out c)\n"
              "A: store_close()\n"
              "A: cursor_close(cursor=c)\n"
              "A: store_close()\n");
  assert_int_equal(ffh_plan_values(plan, &plan->calls[3])[0].variable, 1); /* s: t has a child */
  assert_int_equal(ffh_plan_values(plan, &plan->calls[5])[0].variable, 3);
}

static void expect_broken(const char *why) {
  const char *wrong = ffh_plan_check(plan);
  assert_non_null(wrong);
  assert_string_equal(wrong, why);
}

static void test_check_sees_where_nothing_may_fail(void **state) {
  (void)state;
  decode_text(HEAD "A: s = store_open(path=\"a\")\nB: cursor_new(store=s, out=out c)\n");
  plan->calls[0].fail = 1;
  assert_null(ffh_plan_check(plan));
  plan->calls[0].fail = FFH_MAX_FAIL + 1;
  expect_broken("an allocation that fails is out of bounds");
  plan->calls[0].fail = 0;
  plan->calls[1].fail = 1;
  expect_broken("an allocation fails in a call that does not promise to survive it");
}

static const char *const good_plan = HEAD
    "A: s = store_open(path=\"a\")\n"
    "B: cursor_new(store=s, out=out c)\n"
    "B: cursor_move(cursor=c, delta=1)\n"
    "switch 1 B\nswitch 2 A\n";

static void test_check_sees_broken_plans(void **state) {
  (void)state;
  decode_text(good_plan);
  ffh_value *move = &plan->values[plan->calls[2].first_value];
  plan->calls[2].lane = 0;
  expect_broken("a confined handle is used on another lane");
  decode_text(good_plan);
  move[1].number = 6;
  expect_broken("a number is out of range");
  decode_text(good_plan);
  move[0].variable = 1;
  expect_broken("a handle's variable has the wrong type");
  decode_text(good_plan);
  move[0].variable = 3;
  expect_broken("a handle names no earlier variable");
  decode_text(good_plan);
  move[1].form = FFH_FORM_OVERSIZED;
  expect_broken("a malformed form is sent that the contract does not reject");
  decode_text(good_plan);
  plan->n_variables--;
  expect_broken("variables are not numbered in order");
  decode_text(good_plan);
  plan->calls[0].function = ffh_fixture_function(ffh_fixture_target(), "legacy_poke");
  expect_broken("a call may not be made, or its values are elsewhere");
}

static void test_check_sees_broken_schedules(void **state) {
  (void)state;
  decode_text(good_plan);
  plan->schedule.switches[1].step = 1;
  expect_broken("switches do not ascend");
  decode_text(good_plan);
  plan->schedule.lanes = 1;
  expect_broken("a switch names a lane that does not exist");
  decode_text(good_plan);
  plan->schedule.switches[1].thread = FFH_MAX_LANES;
  assert_null(ffh_plan_check(plan));
  plan->schedule.switches[1].thread = (ffh_thread_name)FFH_MAX_THREADS;
  expect_broken("a switch names a lane that does not exist");
  decode_text(good_plan);
  plan->schedule.granularity = FFH_GRANULARITY_COUNT;
  expect_broken("a schedule parameter is out of bounds");
  decode_text(good_plan);
  plan->schedule.stickiness = FFH_MAX_STICKINESS + 1;
  expect_broken("a schedule parameter is out of bounds");
  decode_text(good_plan);
  plan->schedule.policy = FFH_POLICY_POS;
  expect_broken("a stickiness without the random policy");
  plan->schedule.stickiness = 0;
  assert_null(ffh_plan_check(plan));
  plan->schedule.depth = 1;
  expect_broken("a depth without the pct policy, or none with it");
  plan->schedule.policy = FFH_POLICY_PCT;
  assert_null(ffh_plan_check(plan));
  plan->schedule.depth = 0;
  expect_broken("a depth without the pct policy, or none with it");
  decode_text(good_plan);
  plan->schedule.n_weights = 2;
  plan->schedule.weights[0] = plan->schedule.weights[1] = (ffh_weight){1, 7};
  expect_broken("weights do not ascend");
  plan->schedule.weights[0].thread = 0;
  assert_null(ffh_plan_check(plan));
  plan->schedule.weights[1].thread = 4;
  expect_broken("a weight names a thread that does not exist");
}

/* Informational: what decoding costs. */
static void test_cost(void **state) {
  (void)state;
  decode_text(HEAD
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

static int set_up(void **state) {
  (void)state;
  plan = ffh_plan_new();
  again = ffh_plan_new();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_grown_contract_keeps_old_files),
      cmocka_unit_test(test_a_shrunk_contract_keeps_the_rest),
      cmocka_unit_test(test_other_targets_and_versions),
      cmocka_unit_test(test_schedules_keep_their_bytes),
      cmocka_unit_test(test_schedules_are_brought_within_bounds),
      cmocka_unit_test(test_empty_and_huge_inputs),
      cmocka_unit_test(test_raw_bytes_prefer_live_handles),
      cmocka_unit_test(test_confined_calls_follow_their_handle),
      cmocka_unit_test(test_parents_are_matched),
      cmocka_unit_test(test_parents_end_after_children),
      cmocka_unit_test(test_check_sees_where_nothing_may_fail),
      cmocka_unit_test(test_check_sees_broken_plans),
      cmocka_unit_test(test_check_sees_broken_schedules),
      cmocka_unit_test(test_an_allocation_that_fails),
      cmocka_unit_test(test_cost),
      cmocka_unit_test(test_any_bytes_are_a_plan),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
