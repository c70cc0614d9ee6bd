/* A checker that does not work is found before the first input: each is taken out in turn (the
 * linker calls the functions below in its place, --wrap), or made to speak of everything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/exit.h"
#include "boundary/arena.h"
#include "check/borrow.h"
#include "check/confine.h"
#include "check/crossings.h"
#include "check/failing.h"
#include "check/handle.h"
#include "check/lasterror.h"
#include "check/ledger.h"
#include "check/observe.h"
#include "check/protocol.h"
#include "check/shadow.h"
#include "fixture_shop.h"
#include "hooks/failing.h"
#include "run.h"
#include "sched/sched.h"

/* What is wrong with the wrapped functions in this process. */
static struct {
  const char *function;
  bool silent; /* it says nothing, or does nothing; else it says that everything is wrong */
  ffh_rule rule;
} broken;

static bool is_broken(const char *function) {
  return broken.function != NULL && strcmp(broken.function, function) == 0;
}

static void say(ffh_verdict *verdict) {
  verdict->rule = broken.silent ? FFH_RULE_NONE : broken.rule;
}

#define WRAP(name, parameters, arguments) \
  void __real_##name parameters;          \
  void __wrap_##name parameters;          \
  void __wrap_##name parameters {         \
    __real_##name arguments;              \
    if (is_broken(#name)) {               \
      say(verdict);                       \
    }                                     \
  }

WRAP(ffh_protocol_check, (const ffh_frame *frame, ffh_verdict *verdict), (frame, verdict))
WRAP(ffh_failing_check, (const ffh_frame *frame, ffh_verdict *verdict), (frame, verdict))
WRAP(ffh_errno_check, (const ffh_frame *frame, ffh_verdict *verdict), (frame, verdict))
WRAP(ffh_crossings_check, (const ffh_unwound *unwound, ffh_verdict *verdict), (unwound, verdict))
WRAP(ffh_handle_check, (const ffh_frame *frame, ffh_verdict *verdict), (frame, verdict))
WRAP(ffh_shadow_check,
     (const ffh_frame *frame, const ffh_frame *shadow, const char *name, ffh_verdict *verdict),
     (frame, shadow, name, verdict))
WRAP(ffh_observe_check, (const ffh_seen *before, const ffh_seen *after, ffh_verdict *verdict),
     (before, after, verdict))
WRAP(ffh_borrow_leave, (ffh_borrow * borrow, const ffh_frame *frame, ffh_verdict *verdict),
     (borrow, frame, verdict))
WRAP(ffh_last_error_failed,
     (const ffh_frame *frame, const ffh_said *said, const ffh_past *past, ffh_last_error *record,
      ffh_verdict *verdict),
     (frame, said, past, record, verdict))

/* Machinery that does nothing. */
#define WRAP_OUT(name, parameters, arguments) \
  void __real_##name parameters;              \
  void __wrap_##name parameters;              \
  void __wrap_##name parameters {             \
    if (!is_broken(#name)) {                  \
      __real_##name arguments;                \
    }                                         \
  }

WRAP_OUT(ffh_failing_begin, (ffh_failing * failing), (failing))
WRAP_OUT(ffh_arena_end_call, (uint16_t call), (call))
WRAP_OUT(ffh_sched_on_lane, (unsigned lane, void (*fn)(void *context), void *context),
         (lane, fn, context))

bool __real_ffh_confine_see(ffh_confine *state, const ffh_inner_event *event, ffh_verdict *verdict);
bool __wrap_ffh_confine_see(ffh_confine *state, const ffh_inner_event *event, ffh_verdict *verdict);
bool __wrap_ffh_confine_see(ffh_confine *state, const ffh_inner_event *event,
                            ffh_verdict *verdict) {
  bool may = __real_ffh_confine_see(state, event, verdict);
  if (is_broken("ffh_confine_see")) {
    say(verdict);
  }
  return may;
}

/* Frees are seen, and nothing is ever wrong with one. */
ffh_free_fault __real_ffh_ledger_freed(ffh_ledger *ledger, const ffh_freeing *freeing,
                                       ffh_block *block);
ffh_free_fault __wrap_ffh_ledger_freed(ffh_ledger *ledger, const ffh_freeing *freeing,
                                       ffh_block *block);
ffh_free_fault __wrap_ffh_ledger_freed(ffh_ledger *ledger, const ffh_freeing *freeing,
                                       ffh_block *block) {
  ffh_free_fault fault = __real_ffh_ledger_freed(ledger, freeing, block);
  return is_broken("ffh_ledger_freed") ? FFH_FREE_OK : fault;
}

int64_t __real_ffh_ledger_live(const ffh_ledger *ledger);
int64_t __wrap_ffh_ledger_live(const ffh_ledger *ledger);
int64_t __wrap_ffh_ledger_live(const ffh_ledger *ledger) {
  return is_broken("ffh_ledger_live") ? 0 : __real_ffh_ledger_live(ledger);
}

/* The argument lies where nothing is poisoned. */
uint8_t *__real_ffh_arena_take(size_t size, size_t align, uint16_t call, uint16_t slot);
uint8_t *__wrap_ffh_arena_take(size_t size, size_t align, uint16_t call, uint16_t slot);
uint8_t *__wrap_ffh_arena_take(size_t size, size_t align, uint16_t call, uint16_t slot) {
  static uint8_t plain[64];
  return is_broken("ffh_arena_take") ? plain : __real_ffh_arena_take(size, align, call, slot);
}

static void no_finding(const char *json, size_t size) {
  (void)json;
  (void)size;
}

/* Starts the runtime in a process of its own; its exit code and what it said. */
static int start(char *said, size_t capacity) {
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    const ffh_run_options options = {.core = -1, .on_finding = no_finding};
    const char *message = NULL;
    _exit(ffh_run_start(ffh_shop_target(), &options, &message) ? FFH_EXIT_PASS : FFH_EXIT_USAGE);
  }
  close(ends[1]);
  size_t size = 0;
  for (ssize_t n; (n = read(ends[0], said + size, capacity - 1 - size)) > 0;) {
    size += (size_t)n;
  }
  said[size] = '\0';
  close(ends[0]);
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static void expect_internal(const char *function, bool silent, ffh_rule rule, const char *checker) {
  char said[4096];
  broken.function = function;
  broken.silent = silent;
  broken.rule = rule;
  int code = start(said, sizeof said);
  if (code != FFH_EXIT_INTERNAL || strstr(said, "FFH-INTERNAL") == NULL ||
      strstr(said, checker) == NULL || strstr(said, silent ? "is silent" : "speaks of") == NULL) {
    fail_msg("%s: exit code %d, and: %s", function, code, said);
  }
}

static void all_checkers_work(void **state) {
  (void)state;
  char said[4096];
  broken.function = NULL;
  assert_int_equal(start(said, sizeof said), FFH_EXIT_PASS);
  assert_string_equal(said, "");
}

static void a_silent_checker_stops_everything(void **state) {
  (void)state;
  expect_internal("ffh_protocol_check", true, FFH_RULE_NONE, "the checker of statuses ");
  expect_internal("ffh_last_error_failed", true, FFH_RULE_NONE, "the checker of last errors ");
  expect_internal("ffh_errno_check", true, FFH_RULE_NONE, "the checker of errno ");
  expect_internal("ffh_borrow_leave", true, FFH_RULE_NONE, "the checker of returned memory ");
  expect_internal("ffh_failing_check", true, FFH_RULE_NONE, "the checker of statuses without ");
  expect_internal("ffh_failing_begin", true, FFH_RULE_NONE,
                  "the checker of allocations that fail ");
  expect_internal("ffh_arena_take", true, FFH_RULE_NONE, "the checker of argument bounds ");
  expect_internal("ffh_arena_end_call", true, FFH_RULE_NONE, "the checker of argument borrows ");
  expect_internal("ffh_handle_check", true, FFH_RULE_NONE, "the checker of handles on failure ");
  expect_internal("ffh_shadow_check", true, FFH_RULE_NONE, "the checker of shadows ");
  expect_internal("ffh_observe_check", true, FFH_RULE_NONE, "the checker of refused calls ");
  expect_internal("ffh_ledger_freed", true, FFH_RULE_NONE, "the checker of frees across ");
  expect_internal("ffh_ledger_live", true, FFH_RULE_NONE, "the checker of memory that is left ");
  expect_internal("ffh_confine_see", true, FFH_RULE_NONE, "the checker of confinement ");
  expect_internal("ffh_crossings_check", true, FFH_RULE_NONE, "the checker of crossings ");
  expect_internal("ffh_sched_on_lane", true, FFH_RULE_NONE, "the checker of deadlocks ");
}

static void one_that_speaks_of_what_is_right_as_well(void **state) {
  (void)state;
  expect_internal("ffh_protocol_check", false, FFH_STATUS_UNKNOWN, "the checker of statuses ");
  expect_internal("ffh_borrow_leave", false, FFH_VIEW_LOST, "the checker of returned memory ");
  expect_internal("ffh_last_error_failed", false, FFH_LAST_ERROR_RULE,
                  "the checker of last errors ");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_checkers_work),
      cmocka_unit_test(a_silent_checker_stops_everything),
      cmocka_unit_test(one_that_speaks_of_what_is_right_as_well),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
