/* run: whole plans against a small library, from text to teardown. */
#include "run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/asan.h"
#include "base/prng.h"
#include "base/syscall.h"
#include "fixture_shop.h"
#include "report/stats.h"

static int findings = -1; /* where a finding goes in a child process */

static void on_finding(const char *json, size_t size) {
  ssize_t written = findings < 0 ? 0 : write(findings, json, size);
  _exit(written == (ssize_t)size ? 2 : 3);
}

static int start(void **state) {
  (void)state;
  const ffh_run_options options = {.core = -1, .on_finding = on_finding};
  const char *message = NULL;
  return ffh_run_start(ffh_shop_target(), &options, &message) ? 0 : -1;
}

static int fresh(void **state) {
  (void)state;
  ffh_shop_reset();
  return 0;
}

static ffh_plan *parse(const char *text) {
  static ffh_plan *plan;
  if (plan == NULL) {
    plan = ffh_plan_new();
  }
  ffh_text_error error;
  if (!ffh_plan_parse(ffh_shop_target(), text, strlen(text), plan, &error)) {
    fail_msg("%u:%u: %s", error.line, error.column, error.message);
  }
  return plan;
}

static ffh_run_result run(const char *text) {
  return ffh_run_plan(parse(text));
}

#define HEAD "ffihammer plan 1 target=shop\nschedule random seed=0x1 lanes=2 stickiness=2\n"

/* The first call of `function` that was made from `from` on; n_calls when there is none. */
static unsigned called(const char *function, unsigned from) {
  unsigned at = from;
  while (at < ffh_shop.n_calls && strcmp(ffh_shop.calls[at].function, function) != 0) {
    at++;
  }
  return at;
}

static void assert_order(const char *first, const char *second) {
  unsigned at = called(first, 0);
  assert_true(at < ffh_shop.n_calls);
  assert_true(called(second, at) < ffh_shop.n_calls);
}

static unsigned times(const char *function) {
  unsigned count = 0;
  for (unsigned at = 0; (at = called(function, at)) < ffh_shop.n_calls; at++) {
    count++;
  }
  return count;
}

static void a_plan_runs_in_lane_order(void **state) {
  (void)state;
  ffh_run_result result = run(HEAD
                              "A: h0 = store_open(fail=false)\n"
                              "A: h1 = cursor_new(store=h0)\n"
                              "A: cursor_next(cursor=h1)\n"
                              "A: cursor_close(cursor=h1)\n"
                              "A: store_close(store=h0)\n");
  static const char *const order[] = {"store_open", "cursor_new", "cursor_next", "cursor_close",
                                      "store_close"};
  assert_int_equal(ffh_shop.n_calls, 5);
  for (unsigned i = 0; i < 5; i++) {
    assert_string_equal(ffh_shop.calls[i].function, order[i]);
    assert_int_equal(ffh_shop.calls[i].lane, 0);
  }
  assert_int_equal(result.calls, 5);
  assert_int_equal(result.skipped, 0);
  assert_int_equal(result.leftover, 0);
  assert_int_equal(ffh_shop.alive, 0);
}

static void teardown_ends_children_before_parents(void **state) {
  (void)state;
  ffh_run_result result = run(HEAD
                              "A: h0 = store_open(fail=false)\n"
                              "A: h1 = cursor_new(store=h0)\n"
                              "A: h2 = cursor_new(store=h0)\n"
                              "A: h3 = note_make()\n");
  assert_int_equal(result.calls, 4 + 4);
  assert_int_equal(result.skipped, 0);
  assert_int_equal(times("cursor_close"), 2);
  assert_int_equal(times("note_free"), 1);
  assert_string_equal(ffh_shop.calls[ffh_shop.n_calls - 1].function, "store_close");
  assert_int_equal(ffh_shop.alive, 0);
  assert_int_equal(result.leftover, 0);
}

/* The tag is newer than the store, and the store still needs it. */
static void teardown_ends_the_keeper_before_what_it_keeps(void **state) {
  (void)state;
  run(HEAD
      "A: h0 = store_open(fail=false)\n"
      "A: h1 = tag_new()\n"
      "A: tag_put(store=h0, tag=h1)\n");
  assert_order("store_close", "tag_delete");
  assert_int_equal(ffh_shop.alive, 0);
}

static void what_is_kept_is_not_ended_early(void **state) {
  (void)state;
  ffh_run_result result = run(HEAD
                              "A: h0 = store_open(fail=false)\n"
                              "A: h1 = tag_new()\n"
                              "A: tag_put(store=h0, tag=h1)\n"
                              "A: tag_delete(tag=h1)\n");
  assert_int_equal(result.skipped, 1);
  assert_int_equal(times("tag_delete"), 1);
  assert_order("store_close", "tag_delete");
}

static void a_dependant_ends_with_its_parent(void **state) {
  (void)state;
  ffh_run_result result = run(HEAD
                              "A: h0 = store_open(fail=false)\n"
                              "A: h1 = job_start(store=h0)\n"
                              "A: job_wait(job=h1)\n"
                              "A: store_close(store=h0)\n"
                              "A: job_wait(job=h1)\n");
  assert_int_equal(times("job_wait"), 1);
  assert_int_equal(result.skipped, 1);
  assert_int_equal(result.leftover, 0);
}

static void what_cannot_be_ended_is_left_over(void **state) {
  (void)state;
  ffh_run_result result = run(HEAD "A: h0 = ledger_open()\n");
  assert_int_equal(result.leftover, 1);
  result = run(HEAD
               "A: h0 = ledger_open()\n"
               "A: ledger_seal(ledger=h0)\n");
  assert_int_equal(result.leftover, 0);
  assert_int_equal(times("ledger_close"), 1);
}

static void a_confined_handle_ends_on_its_lane(void **state) {
  (void)state;
  run(HEAD
      "A: h0 = store_open(fail=false)\n"
      "B: h1 = cursor_new(store=h0)\n");
  unsigned at = called("cursor_close", 0);
  assert_true(at < ffh_shop.n_calls);
  assert_int_equal(ffh_shop.calls[at].lane, 1);
  assert_int_equal(ffh_shop.calls[called("store_close", 0)].lane, 0);
}

static void a_role_has_its_lane(void **state) {
  (void)state;
  run(HEAD "B: h0 = panel_new()\n");
  assert_int_equal(ffh_shop.calls[called("panel_new", 0)].lane, 1);
  assert_int_equal(ffh_shop.calls[called("panel_close", 0)].lane, 1);
}

static void what_needs_a_failed_handle_is_skipped(void **state) {
  (void)state;
  ffh_run_result result = run(HEAD
                              "A: h0 = store_open(fail=true)\n"
                              "B: h1 = cursor_new(store=h0)\n"
                              "B: cursor_next(cursor=h1)\n"
                              "A: h2 = store_open(fail=false)\n");
  assert_int_equal(result.calls, 2 + 1);
  assert_int_equal(result.skipped, 2);
  assert_int_equal(times("cursor_new"), 0);
  assert_int_equal(times("store_close"), 1);
}

static void a_call_waits_for_its_handles(void **state) {
  (void)state;
  ffh_run_result result = run(HEAD
                              "A: h0 = store_open(fail=false)\n"
                              "B: h1 = cursor_new(store=h0)\n"
                              "B: cursor_next(cursor=h1)\n"
                              "switch 0 B\n");
  assert_int_equal(result.skipped, 0);
  assert_order("store_open", "cursor_new");
}

static const char busy[] =
    "ffihammer plan 1 target=shop\n"
    "schedule random seed=0x2 lanes=3 stickiness=0\n"
    "A: h0 = store_open(fail=false)\n"
    "A: h1 = cursor_new(store=h0)\n"
    "B: h2 = cursor_new(store=h0)\n"
    "C: h3 = cursor_new(store=h0)\n"
    "A: cursor_next(cursor=h1)\n"
    "B: cursor_next(cursor=h2)\n"
    "C: cursor_next(cursor=h3)\n"
    "A: cursor_next(cursor=h1)\n"
    "B: cursor_next(cursor=h2)\n"
    "C: cursor_next(cursor=h3)\n";

static void the_same_plan_gives_the_same_trace(void **state) {
  (void)state;
  static ffh_shop_log first;
  ffh_run_result expected = run(busy);
  first = ffh_shop;
  assert_true(expected.switches > 0);
  for (unsigned i = 0; i < 50; i++) {
    ffh_shop_reset();
    ffh_run_result result = run(busy);
    assert_int_equal(result.trace, expected.trace);
    assert_int_equal(result.switches, expected.switches);
    assert_int_equal(ffh_shop.n_calls, first.n_calls);
    assert_memory_equal(ffh_shop.calls, first.calls, sizeof first.calls);
  }
}

static void another_schedule_gives_another_trace(void **state) {
  (void)state;
  ffh_plan *plan = parse(busy);
  uint32_t trace = ffh_run_plan(plan).trace;
  unsigned other = 0;
  for (uint32_t seed = 3; seed < 23; seed++) {
    plan->schedule.seed = seed;
    other += ffh_run_plan(plan).trace != trace;
  }
  assert_true(other >= 15);
}

static void bytes_run_as_the_plan_they_encode(void **state) {
  (void)state;
  static uint8_t bytes[4096];
  ffh_plan *plan = parse(busy);
  size_t size = ffh_plan_encode(plan, bytes, sizeof bytes);
  assert_true(size != 0);
  ffh_run_result by_plan = ffh_run_plan(plan);
  ffh_run_result by_bytes = ffh_run_input(bytes, size);
  assert_int_equal(by_bytes.decoded, FFH_DECODE_OK);
  assert_int_equal(by_bytes.trace, by_plan.trace);
  bytes[4] ^= 1;
  unsigned before = ffh_shop.n_calls;
  assert_int_equal(ffh_run_input(bytes, size).decoded, FFH_DECODE_OTHER_TARGET);
  assert_int_equal(ffh_shop.n_calls, before);
}

/* Whatever the input is, the library never gets an object that is not alive, and only what the
 * contract gives no way to end is left. */
static void no_input_breaks_the_contract(void **state) {
  (void)state;
  ffh_prng prng = {12};
  static uint8_t bytes[64];
  unsigned made = 0;
  for (unsigned i = 0; i < 5000; i++) {
    ffh_shop_reset();
    size_t size = 1 + (size_t)(ffh_prng_next(&prng) % sizeof bytes);
    for (size_t at = 0; at < size; at++) {
      bytes[at] = (uint8_t)ffh_prng_next(&prng);
    }
    /* The two functions that are findings are left to the tests below. */
    ffh_plan *plan = parse(HEAD);
    assert_int_equal(ffh_plan_decode(ffh_shop_target(), bytes, size, plan), FFH_DECODE_OK);
    bool clean = true;
    for (unsigned n = 0; n < plan->n_calls; n++) {
      const char *name = ffh_plan_function(plan, &plan->calls[n])->name;
      clean = clean && strcmp(name, "status_odd") != 0 && strcmp(name, "memory_lose") != 0;
    }
    if (!clean) {
      continue;
    }
    ffh_run_result result = ffh_run_plan(plan);
    assert_int_equal(ffh_shop.misuses, 0);
    unsigned jobs = times("job_start");
    assert_int_equal(ffh_shop.alive, jobs + result.leftover);
    made += ffh_shop.n_objects;
  }
  assert_true(made > 1000);
}

static void an_initialiser_runs_once(void **state) {
  (void)state;
  run(HEAD);
  run(HEAD);
  assert_int_equal(ffh_shop.inits, 1);
}

static void a_finisher_runs_once_at_the_end(void **state) {
  (void)state;
  run(HEAD);
  assert_int_equal(ffh_shop.finis, 0);
  /* Not by libc: what a library forks is no finding, and the harness hears of that from libc. */
  pid_t child = (pid_t)ffh_syscall(SYS_fork, 0, 0, 0, 0, 0, 0);
  if (child == 0) {
    ffh_run_finish();
    ffh_run_finish();
    _exit((int)ffh_shop.finis);
  }
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 1);
}

static void runs_are_counted(void **state) {
  (void)state;
  uint64_t runs = ffh_stats()->runs, calls = ffh_stats()->calls, skipped = ffh_stats()->skipped;
  ffh_run_result result = run(HEAD
                              "A: h0 = store_open(fail=true)\n"
                              "A: h1 = cursor_new(store=h0)\n");
  assert_int_equal(ffh_stats()->runs, runs + 1);
  assert_int_equal(ffh_stats()->calls, calls + result.calls);
  assert_int_equal(ffh_stats()->skipped, skipped + 1);
}

static void what_the_run_is_doing(void **state) {
  (void)state;
  static char text[1 << 16];
  ffh_out out = {text, 0, sizeof text, false};
  assert_false(ffh_run_is_active());
  ffh_run_describe("FFH-TIMEOUT", "too long", &out);
  assert_non_null(strstr(text, "{\"rule\": \"FFH-TIMEOUT\", \"message\": \"too long\""));
  assert_non_null(strstr(text, "\"phase\": \"between inputs\""));
}

static void a_target_that_does_not_fit_is_refused(void **state) {
  (void)state;
  const ffh_run_options options = {.core = -1, .on_finding = on_finding};
  ffh_target other = *ffh_shop_target();
  const char *message = NULL;
  other.abi++;
  assert_false(ffh_run_start(&other, &options, &message));
  assert_non_null(strstr(message, "build it again"));
  other.abi--;
  other.n_functions = FFH_MAX_FUNCTIONS + 1;
  assert_false(ffh_run_start(&other, &options, &message));
  assert_non_null(strstr(message, "limits.h"));
  ffh_function wide = {.n_slots = FFH_MAX_SLOTS + 1};
  other.functions = &wide;
  other.n_functions = 1;
  assert_false(ffh_run_start(&other, &options, &message));
  assert_non_null(strstr(message, "parameters"));
}

/* ---- findings, in a process of their own with one lane ---- */

static char report[1 << 16];

#define ALONE "ffihammer plan 1 target=shop\nschedule random seed=0x1 lanes=1 stickiness=2\n"

static int run_in_child(const char *text) {
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  ffh_plan *plan = parse(text);
  /* Not by libc: what a library forks is no finding, and the harness hears of that from libc. */
  pid_t child = (pid_t)ffh_syscall(SYS_fork, 0, 0, 0, 0, 0, 0);
  assert_true(child >= 0);
  if (child == 0) {
    close(ends[0]);
    findings = ends[1];
    (void)ffh_run_plan(plan);
    _exit(0);
  }
  close(ends[1]);
  size_t size = 0;
  ssize_t part;
  while ((part = read(ends[0], report + size, sizeof report - 1 - size)) > 0) {
    size += (size_t)part;
  }
  report[size] = '\0';
  close(ends[0]);
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static void a_broken_rule_is_reported(void **state) {
  (void)state;
  assert_int_equal(run_in_child(ALONE "A: h0 = store_open(fail=false)\nA: status_odd()\n"), 2);
  assert_non_null(strstr(report, "{\"rule\": \"FFH-STATUS\""));
  assert_non_null(strstr(report, "\"function\": \"status_odd\", \"call\": 1, \"lane\": \"A\""));
  assert_non_null(strstr(report, "\"phase\": \"call\", \"thread\": \"lane A\""));
  assert_non_null(strstr(report, "\"history\": [{\"call\": 0, "));
}

static void a_leak_is_reported(void **state) {
  (void)state;
  if (__lsan_do_recoverable_leak_check == NULL) {
    skip();
  }
  assert_int_equal(run_in_child(ALONE "A: memory_lose()\n"), 2);
  assert_non_null(strstr(report, "{\"rule\": \"FFH-LEAK\""));
  assert_non_null(strstr(report, "\"phase\": \"leak check\""));
  assert_int_equal(run_in_child(ALONE "A: memory_use()\n"), 0);
}

/* What is left over may be what holds the memory. */
static void no_leak_is_looked_for_behind_leftovers(void **state) {
  (void)state;
  assert_int_equal(run_in_child(ALONE "A: memory_lose()\nA: h0 = ledger_open()\n"), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_plan_runs_in_lane_order, fresh),
      cmocka_unit_test_setup(teardown_ends_children_before_parents, fresh),
      cmocka_unit_test_setup(teardown_ends_the_keeper_before_what_it_keeps, fresh),
      cmocka_unit_test_setup(what_is_kept_is_not_ended_early, fresh),
      cmocka_unit_test_setup(a_dependant_ends_with_its_parent, fresh),
      cmocka_unit_test_setup(what_cannot_be_ended_is_left_over, fresh),
      cmocka_unit_test_setup(a_confined_handle_ends_on_its_lane, fresh),
      cmocka_unit_test_setup(a_role_has_its_lane, fresh),
      cmocka_unit_test_setup(what_needs_a_failed_handle_is_skipped, fresh),
      cmocka_unit_test_setup(a_call_waits_for_its_handles, fresh),
      cmocka_unit_test_setup(the_same_plan_gives_the_same_trace, fresh),
      cmocka_unit_test_setup(another_schedule_gives_another_trace, fresh),
      cmocka_unit_test_setup(bytes_run_as_the_plan_they_encode, fresh),
      cmocka_unit_test_setup(no_input_breaks_the_contract, fresh),
      cmocka_unit_test_setup(an_initialiser_runs_once, fresh),
      cmocka_unit_test_setup(a_finisher_runs_once_at_the_end, fresh),
      cmocka_unit_test_setup(runs_are_counted, fresh),
      cmocka_unit_test_setup(what_the_run_is_doing, fresh),
      cmocka_unit_test_setup(a_target_that_does_not_fit_is_refused, fresh),
      cmocka_unit_test_setup(a_broken_rule_is_reported, fresh),
      cmocka_unit_test_setup(a_leak_is_reported, fresh),
      cmocka_unit_test_setup(no_leak_is_looked_for_behind_leftovers, fresh),
  };
  return cmocka_run_group_tests(tests, start, NULL);
}
