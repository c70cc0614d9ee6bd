/* plan -> text -> plan is the identity, text -> plan -> text is on canonical text, and every error
 * says where and what to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/out.h"
#include "base/prng.h"
#include "fixture_plan.h"
#include "fixture_target.h"
#include "plan/plan.h"
#include "plan/thread.h"

static ffh_plan *plan, *again;
static char text[FFH_MAX_TEXT], second[FFH_MAX_TEXT];
static uint8_t encoded[FFH_MAX_INPUT], encoded_again[FFH_MAX_INPUT];

/* Prints `plan`, parses it into `again`, and compares both ways. */
static void check_identity(void) {
  size_t n = ffh_plan_print(plan, text, sizeof text);
  assert_true(n > 0);
  ffh_text_error error;
  if (!ffh_plan_parse(plan->target, text, n, again, &error)) {
    fail_msg("%u:%u: %s\n%s", error.line, error.column, error.message, text);
  }
  assert_null(ffh_plan_check(again));
  size_t size = ffh_plan_encode(plan, encoded, sizeof encoded);
  size_t size_again = ffh_plan_encode(again, encoded_again, sizeof encoded_again);
  if (size == 0 || size != size_again || memcmp(encoded, encoded_again, size) != 0) {
    ffh_plan_print(again, second, sizeof second);
    fail_msg("another plan:\n%s\n%s", text, second);
  }
  assert_int_equal(ffh_plan_print(again, second, sizeof second), n);
  assert_memory_equal(text, second, n);
}

static uint32_t points_of(uint16_t function) {
  return function * 37u;
}

static void test_text_is_the_plan(void **state) {
  (void)state;
  const ffh_target *target = ffh_fixture_target();
  ffh_prng prng = {3};
  static uint8_t data[4096];
  size_t size = 0;
  for (unsigned round = 0; round < 20000; round++) {
    const ffh_mutate_options options = {
        .lanes = 16, .granularity = (ffh_granularity)(round % 3), .points_of = points_of};
    if (round % 4 == 0) { /* raw */
      uint8_t raw[256];
      for (unsigned i = 0; i < sizeof raw; i++) {
        raw[i] = (uint8_t)ffh_prng_next(&prng);
      }
      ffh_plan_decode(target, raw, sizeof raw, plan);
    } else {
      size = ffh_plan_mutate(target, data, round % 40 == 1 ? 0 : size, sizeof data, round, &options,
                             NULL);
      ffh_plan_decode(target, data, size, plan);
    }
    check_identity();
  }
}

#define HEAD "ffihammer plan 1 target=fixture\n"
#define PLAN HEAD "schedule random seed=0x51c2 lanes=4 stickiness=2 granularity=calls\n"

static const char canonical[] = PLAN
    "A: h1 = store_open(path=\"a\", options=null, errptr=out h0)\n"
    "B: store_put(store=h1, key=h\"00ff10\", value=\"say \\\"hi\\\"\\n\\t\\\\\", errptr=h0 out "
    "h2)\n"
    "C: cursor_new(store=h1, out=out h3)\n"
    "C: cursor_move(cursor=h3, delta=-5, tier=TIER_GOLD, flags=FLAG_SYNC|FLAG_BOTH, wrap=true, "
    "weight=-1.25)\n"
    "D: cursor_move(cursor=wrong_thread h3, delta=0, tier=TIER_FREE, flags=0, wrap=false, "
    "weight=0.0)\n"
    "C: cursor_move(cursor=h3, delta=0, tier=bad_enum 99, flags=0, wrap=false, weight=bits:0x1)\n"
    "B: request_send(store=h1, request={region=7, tier=TIER_PLUS, coupon=\"AB\", at={x=1.0, "
    "y=0.5}, blob=\"z\"*128}, response={note=out h4}, extra={depth=3, verbose=false})\n"
    "B: request_send(store=h1, request=null, response={note=out h5}, extra=null)\n"
    "B: request_send(store=h1, request={region=1, tier=TIER_FREE, coupon=null, at={x=0.0, "
    "y=0.0}, blob=oversized 2147483648}, response={note=out h6}, extra=null)\n"
    "B: request_send(store=h1, request={region=1, tier=TIER_FREE, coupon=bad_utf8 h\"ff\", "
    "at={x=0.0, y=0.0}, blob=\"\"}, response={note=out h7}, extra=null)\n"
    "B: request_send(store=h1, request={size=bad_version 24, region=1, tier=TIER_FREE, "
    "coupon=null, "
    "at={x=0.0, y=0.0}, blob=\"\"}, response={note=out h8}, extra=null)\n"
    "A: text_check(text=length_mismatch 5)\n"
    "A: cursor_new(store=wrong_type h3, out=out h9)\n"
    "A: store_put_many(store=h1, keys=[\"a\", \"\"], values=[h\"00\", \"x\"*64])\n"
    "A: store_close(store=h1)\n"
    "A: cursor_new(store=stale h1, out=out h10)\n"
    "B: scale(factor=1.5, _1=-7)\n"
    "B: scale(factor=1.5, _1=-7) fail=4096\n"
    "switch 3 B\n"
    "switch 41 A\n";

static void test_canonical_text_is_itself(void **state) {
  (void)state;
  ffh_fixture_parse(plan, canonical);
  assert_null(ffh_plan_check(plan));
  assert_true(ffh_plan_print(plan, text, sizeof text) > 0);
  assert_string_equal(text, canonical);
  check_identity();
}

static void test_short_text_gets_defaults(void **state) {
  (void)state;
  static const char short_text[] = "# a comment\n\n" HEAD
                                   "A: mine = store_open()   # and one here\n"
                                   "B: store_put(store=mine)\r\n"
                                   "B: snapshot_release()\n"
                                   "A: cursor_swap()";
  static const char long_text[] = HEAD
      "schedule random seed=0x0 lanes=4 stickiness=2 granularity=calls\n"
      "A: h1 = store_open(path=\"a\", options=null, errptr=out h0)\n"
      "B: store_put(store=h1, key=\"key\", value=\"\", errptr=out h2)\n"
      "B: h3 = snapshot_new(store=h1)\n"
      "B: snapshot_release(store=h1, snapshot=h3)\n"
      "A: cursor_new(store=h1, out=out h4)\n"
      "A: cursor_swap(a=h4, b=h4)\n";
  ffh_fixture_parse(plan, short_text);
  assert_true(ffh_plan_print(plan, text, sizeof text) > 0);
  assert_string_equal(text, long_text);
}

/* Every policy with every granularity, with and without the rest. */
static void test_every_schedule_is_itself(void **state) {
  (void)state;
  static const char *const policies[] = {"random", "pct", "pos", "surw", "fixed"};
  static const char *const granularities[] = {"calls", "sync", "memory"};
  static char line[512];
  for (unsigned i = 0; i < 5 * 3 * 4; i++) {
    const char *policy = policies[i % 5];
    bool is_random = strcmp(policy, "random") == 0, is_pct = strcmp(policy, "pct") == 0;
    snprintf(line, sizeof line, HEAD "schedule %s seed=0x%x lanes=%u%s granularity=%s%s%s%s%s\n%s",
             policy, i * 12345u, FFH_MAX_LANES - i % 2, is_random ? " stickiness=16" : "",
             granularities[i / 5 % 3], is_pct ? " depth=16" : "",
             i / 15 % 2 != 0 ? " length=4294967295" : "",
             i / 30 != 0 ? " weights=A:0,B:40,J:1,T1:7,T64:4294967295" : "",
             i % 7 == 0  ? " again=1 exit=1"
             : i % 7 < 3 ? " exit=1"
             : i % 7 < 5 ? " again=1"
                         : "",
             i / 15 % 2 != 0 ? "switch 0 A\nswitch 5 T1\nswitch 4294967295 T64\n" : "");
    ffh_fixture_parse(plan, line);
    assert_null(ffh_plan_check(plan));
    assert_true(ffh_plan_print(plan, text, sizeof text) > 0);
    assert_string_equal(text, line);
    check_identity();
  }
}

static void expect_text(const char *given, const char *expected) {
  ffh_fixture_parse(plan, given);
  assert_true(ffh_plan_print(plan, text, sizeof text) > 0);
  assert_string_equal(text, expected);
}

static void test_schedules_get_defaults(void **state) {
  (void)state;
  expect_text(HEAD "schedule random",
              HEAD "schedule random seed=0x0 lanes=4 stickiness=2 granularity=calls\n");
  expect_text(HEAD "schedule pct",
              HEAD "schedule pct seed=0x0 lanes=4 granularity=calls depth=3\n");
  expect_text(HEAD "schedule pos seed=5 stickiness=3 depth=2 granularity=memory length=0",
              HEAD "schedule pos seed=0x5 lanes=4 granularity=memory\n");
  expect_text(HEAD "schedule surw weights=B:3 , T2:4 lanes=2",
              HEAD "schedule surw seed=0x0 lanes=2 granularity=calls weights=B:3,T2:4\n");
}

static void test_threads_have_names(void **state) {
  (void)state;
  static const struct {
    unsigned thread;
    const char *name;
  } known[] = {{0, "A"},
               {15, "P"},
               {19, "T"},
               {25, "Z"},
               {26, "AA"},
               {27, "AB"},
               {51, "AZ"},
               {52, "BA"},
               {FFH_MAX_LANES, "T1"},
               {FFH_MAX_LANES + 9, "T10"},
               {FFH_MAX_THREADS - 1, "T64"}};
  char room[8];
  for (unsigned thread = 0; thread < FFH_MAX_THREADS; thread++) {
    ffh_out out = {room, 0, sizeof room, false};
    ffh_thread_print(&out, thread);
    unsigned again_thread = FFH_MAX_THREADS;
    assert_true(ffh_thread_parse(room, out.size, &again_thread));
    assert_int_equal(again_thread, thread);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
      if (known[i].thread == thread &&
          ffh_thread_is_lane(thread) == (strpbrk(known[i].name, "0123456789") == NULL)) {
        assert_string_equal(room, known[i].name);
      }
    }
  }
  static const char *const none[] = {"",    "a",   "A1",  "AAA",           "ZZ", "T0",
                                     "T65", "T01", "T1x", "T999999999999", "1",  "A "};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
    unsigned thread;
    assert_false(ffh_thread_parse(none[i], strlen(none[i]), &thread));
  }
}

/* The text, where its error is, and what the message must say. */
static const struct {
  const char *text;
  uint32_t line, column;
  const char *message;
} wrong[] = {
    {"", 1, 1, "a plan begins with: ffihammer plan 1 target=fixture"},
    {"\n# x\nA: store_open()", 3, 1, "a plan begins with"},
    {"ffihammer plan 2 target=fixture\n", 1, 16, "another version"},
    {"ffihammer plan x target=fixture\n", 1, 16, "expected a number"},
    {"ffihammer plan 1 for=fixture\n", 1, 18, "expected target=fixture"},
    {"ffihammer plan 1 target=other\n", 1, 25, "of target other, not of fixture"},
    {"ffihammer plan 1 target=fixture more\n", 1, 33, "end of the line"},
    {HEAD "schedule ptc seed=1\n", 2, 10,
     "unknown policy ptc; use random, pct, pos, surw or fixed"},
    {HEAD "schedule random deep=1\n", 2, 17, "unknown setting deep; use seed, lanes,"},
    {HEAD "schedule random seed\n", 2, 17, "expected a setting NAME=VALUE: seed, lanes,"},
    {HEAD "schedule random lanes=65\n", 2, 23, "lanes is out of range: 1 to "},
    {HEAD "schedule random stickiness=17\n", 2, 28, "stickiness is out of range: 0 to 16"},
    {HEAD "schedule pct depth=0\n", 2, 20, "depth is out of range: 1 to 16"},
    {HEAD "schedule pct length=4294967296\n", 2, 21, "length is out of range: 0 to 0xffffffff"},
    {HEAD "schedule pct granularity=lines\n", 2, 26,
     "unknown granularity lines; use calls, sync or memory"},
    {HEAD "schedule surw weights=A\n", 2, 24, "expected ':' after the thread"},
    {HEAD "schedule surw weights=A:4294967296\n", 2, 25, "a weight is out of range"},
    {HEAD "schedule surw weights=A:1,E:1\n", 2, 27, "lanes are A to D; raise lanes="},
    {HEAD "schedule surw weights=B:1,A:1\n", 2, 27, "weights must ascend"},
    {HEAD "schedule surw weights=T1:1,T1:1\n", 2, 28, "weights must ascend"},
    {HEAD "schedule surw weights=A:1,T65:1\n", 2, 27,
     "no thread T65: the library's threads are T1 to"},
    {HEAD "switch 1 T0\n", 2, 10, "no thread T0: the library's threads are T1 to T64"},
    {HEAD "switch 1 ZZ\n", 2, 10, "no lane ZZ: lanes are A to "},
    {HEAD "switch 1 x\n", 2, 10, "expected a lane"},
    {HEAD "switch 1 A\nswitch 1 B\n", 3, 8, "one for each step, at most 1024"},
    {HEAD "T1: store_open()\n", 2, 1, "a call is made on a lane (A, B, ...), not on a thread"},
    {HEAD "schedule random seed=0x100000000\n", 2, 22, "seed is out of range"},
    {HEAD "A: main_pump()\nschedule random\n", 3, 1, "one schedule line"},
    {HEAD "switch 4\n", 2, 9, "expected a lane"},
    {HEAD "switch 4 A\nswitch 4 B\n", 3, 8, "switches must ascend"},
    {HEAD "ZZ: store_open()\n", 2, 1, "no lane ZZ: lanes are A to "},
    {HEAD "a: store_open()\n", 2, 1, "expected a lane (A, B, ...), schedule or switch"},
    {HEAD "E: store_open()\n", 2, 1, "lanes are A to D; raise lanes="},
    {HEAD "A store_open()\n", 2, 3, "expected ':' after the lane"},
    {HEAD "A: store_opne()\n", 2, 4,
     "no function store_opne in target fixture; did you mean "
     "store_open?"},
    {HEAD "A: legacy_poke()\n", 2, 4, "legacy_poke is never called by a plan: it is legacy"},
    {HEAD "A: secret()\n", 2, 4, "is excluded"},
    {HEAD "A: ()\n", 2, 4, "expected a function's name"},
    {HEAD "A: h0 = store_close(store=null)\n", 2, 4, "store_close returns no handle"},
    {HEAD "A: store_open\n", 2, 14, "expected '(' after the function"},
    {HEAD "A: store_open(path=\"a\"\n", 2, 23, "expected ')' after the arguments"},
    {HEAD "A: store_open() x\n", 2, 17, "end of the line"},
    {HEAD "A: store_open() fail\n", 2, 17, "the end of the line, or fail=N"},
    {HEAD "A: store_open() fail=x\n", 2, 22, "expected a number"},
    {HEAD "A: store_open() fail=0\n", 2, 22, "that fails is out of range: 1 to 4096"},
    {HEAD "A: store_open() fail=4097\n", 2, 22, "that fails is out of range: 1 to 4096"},
    {HEAD "A: store_open() fail=1 fail=2\n", 2, 24, "end of the line"},
    {HEAD "A: options_new() fail=1\n", 2, 18,
     "the contract does not say what options_new does when memory runs out"},
    {HEAD "A: text_check(text=length_mismatch 5) fail=1\n", 2, 1,
     "a call with a malformed argument is refused before it allocates"},
    {HEAD "schedule random exit=2\n", 2, 22, "exit is out of range: 0 or 1"},
    {HEAD "schedule random again=2\n", 2, 23, "again is out of range: 0 or 1"},
    {HEAD "A: store_open(pth=\"a\")\n", 2, 15, "no parameter pth; did you mean path?"},
    {HEAD "A: store_open(path=\"a\", path=\"a\")\n", 2, 25, "path is given twice"},
    {HEAD "A: store_open(path)\n", 2, 19, "expected '=' after the parameter's name"},
    {HEAD "A: store_open(path=a)\n", 2, 20, "expected bytes"},
    {HEAD "A: store_open(path=\"a)\n", 2, 20, "do not end with"},
    {HEAD "A: store_open(path=\"a/b\")\n", 2, 20, "path: a path must be a plain file name"},
    {HEAD "A: store_open(path=h\"6\")\n", 2, 22, "two hexadecimal digits"},
    {HEAD "A: store_open(path=\"\\x\")\n", 2, 21, "unknown escape"},
    {HEAD "A: store_put(key_len=3)\n", 2, 22, "key_len is derived by the harness"},
    {HEAD "A: store_put(key=\"a\"*65)\n", 2, 18,
     "key: 65 bytes are more than the cap: use at most 64"},
    {HEAD "A: store_put(key=\"ab\"*1)\n", 2, 23, "*SIZE must be at least"},
    {HEAD "A: store_put(store=h9)\n", 2, 20, "undefined variable h9; define it"},
    {HEAD "A: o = options_new()\nA: store_put(store=o)\n", 3, 20,
     "o is a options, but this parameter takes a store"},
    {HEAD "A: o = options_new()\nA: o = options_new()\n", 3, 4, "o is defined twice"},
    {HEAD "A: cursor_new(out=h0)\n", 2, 19, "out is an output: write out=out NAME"},
    {HEAD "A: cursor_new(out=out)\n", 2, 22, "expected the name of the variable"},
    {HEAD "A: cursor_move(delta=6)\n", 2, 22, "outside the range of delta: use -5 to 5"},
    {HEAD "A: cursor_move(delta=9999999999999999999999)\n", 2, 22, "does not fit 64 bits"},
    {HEAD "A: cursor_move(tier=TIER_GLOD)\n", 2, 21,
     "no enumerator TIER_GLOD; did you mean "
     "TIER_GOLD?"},
    {HEAD "A: cursor_move(tier=5)\n", 2, 21, "not a value of tier"},
    {HEAD "A: cursor_move(wrap=yes)\n", 2, 21, "expected true or false"},
    {HEAD "A: cursor_move(weight=1.x)\n", 2, 23, "expected a number such as"},
    {HEAD "A: limits(u8=256)\n", 2, 14, "outside the range of u8: use 0 to 255"},
    {HEAD "A: limits(u64=-1)\n", 2, 15, "outside the range of u64"},
    {HEAD "A: store_read(capacity=257)\n", 2, 24, "use 0 to 256"},
    {HEAD "A: job_start(done=on_evnt)\n", 2, 19, "no callback on_evnt for done"},
    {HEAD "A: store_put(store=null)\n", 2, 20, "does not promise that store_put rejects null"},
    {HEAD "A: cursor_move(tier=bad_enum 1)\n", 2, 21, "tier: this is not malformed in that way"},
    {HEAD "A: cursor_move(cursor=null, tier=bad_enum 9)\n", 2, 34, "at most one malformed"},
    {HEAD "A: s = store_open()\nA: cursor_new(store=stale s)\n", 3, 21, "not ended"},
    {HEAD "A: cursor_new(out=out c)\nB: cursor_close(cursor=c)\n", 3, 1,
     "must run on lane A: a handle"},
    {HEAD "A: cursor_new(out=out c)\nB: cursor_new(out=out d)\nA: cursor_swap(a=c, b=d)\n", 4, 1,
     "its handles belong to several lanes"},
    {HEAD "A: widget_new()\n", 2, 1, "must run on lane B"},
    {HEAD "B: widget_set(title=h\"ff\")\n", 2, 21, "title: this must be UTF-8"},
    {HEAD "B: widget_set(title=h\"00\")\n", 2, 21, "a text has no NUL inside"},
    {HEAD "A: request_send(request={regoin=1})\n", 2, 26, "no field regoin; did you mean region?"},
    {HEAD "A: request_send(request=1)\n", 2, 25, "expected '{' after a struct"},
    {HEAD "A: text_check(text=oversized 5)\n", 2, 20, "use one above the cap"},
    {HEAD "A: bulk_load(rows=h\"0000\")\n", 2, 19, "no whole elements"},
    {HEAD "A: bulk_load(rows=\"\", prices=h\"00000000\")\n", 2, 30,
     "must have the same number of elements"},
    {HEAD "A: store_put_many(keys=\"a\")\n", 2, 24, "expected '[' after"},
    {HEAD "A: s = store_open()\nA: p = snapshot_new(store=s)\nA: t = store_open()\n"
          "A: snapshot_release(store=t, snapshot=p)\n",
     5, 27, "not the one that the other handle was made from"},
    {HEAD "A: orphan_use()\n", 2, 1, "a handle cannot be created"},
};

static void test_errors_say_where_and_what(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    ffh_text_error error = {0};
    if (ffh_plan_parse(ffh_fixture_target(), wrong[i].text, strlen(wrong[i].text), plan, &error)) {
      fail_msg("accepted:\n%s", wrong[i].text);
    }
    if (error.line != wrong[i].line || error.column != wrong[i].column ||
        strstr(error.message, wrong[i].message) == NULL) {
      fail_msg("%s\ngot  %u:%u: %s\nwant %u:%u: %s", wrong[i].text, error.line, error.column,
               error.message, wrong[i].line, wrong[i].column, wrong[i].message);
    }
  }
  print_message("%zu wrong texts\n", sizeof wrong / sizeof wrong[0]);
}

/* A damaged text is a plan or an error, never a crash. */
static void test_damaged_text(void **state) {
  (void)state;
  ffh_prng prng = {11};
  unsigned good = 0;
  for (unsigned round = 0; round < 40000; round++) {
    char damaged[sizeof canonical];
    size_t size = sizeof canonical - 1;
    memcpy(damaged, canonical, size);
    for (unsigned i = ffh_prng_below(&prng, 4); i > 0; i--) {
      size_t from = ffh_prng_below(&prng, (uint32_t)size),
             to = ffh_prng_below(&prng, (uint32_t)size);
      damaged[to] = ffh_prng_below(&prng, 2) == 0 ? damaged[from] : (char)ffh_prng_next(&prng);
    }
    if (round % 16 == 0) {
      size = ffh_prng_below(&prng, (uint32_t)size);
    }
    ffh_text_error error = {0};
    if (ffh_plan_parse(ffh_fixture_target(), damaged, size, plan, &error)) {
      good++;
      assert_null(ffh_plan_check(plan));
    } else {
      assert_true(error.line >= 1 && error.column >= 1 && error.message[0] != '\0');
    }
  }
  assert_true(good > 0);
}

static void test_too_little_room(void **state) {
  (void)state;
  ffh_fixture_parse(plan, canonical);
  for (size_t room = 0; room < sizeof canonical; room++) {
    assert_int_equal(ffh_plan_print(plan, text, room), 0);
  }
  assert_int_equal(ffh_plan_print(plan, text, sizeof canonical), sizeof canonical - 1);
  size_t size = ffh_plan_encode(plan, encoded, sizeof encoded);
  for (size_t room = 0; room < size; room++) {
    assert_int_equal(ffh_plan_encode(plan, encoded, room), 0);
  }
}

static int set_up(void **state) {
  (void)state;
  plan = ffh_plan_new();
  again = ffh_plan_new();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_canonical_text_is_itself),
      cmocka_unit_test(test_short_text_gets_defaults),
      cmocka_unit_test(test_every_schedule_is_itself),
      cmocka_unit_test(test_schedules_get_defaults),
      cmocka_unit_test(test_threads_have_names),
      cmocka_unit_test(test_errors_say_where_and_what),
      cmocka_unit_test(test_damaged_text),
      cmocka_unit_test(test_too_little_room),
      cmocka_unit_test(test_text_is_the_plan),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
