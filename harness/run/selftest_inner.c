/* The boundary's own machinery: a crossing that longjmp leaves, and a legacy object on another
 * thread than the one it is confined to. */
#include "base/blank.h"
#include "boundary/inner.h"
#include "boundary/unwind.h"
#include "check/confine.h"
#include "check/crossings.h"
#include "run/selftest.h"
#include "run/state.h"

/* ---- crossings that are jumped over ---- */

static const ffh_edge call_edge = {.name = "self-test",
                                   .to = FFH_SIDE_LIBRARY,
                                   .kind = FFH_EDGE_CALL,
                                   .function = FFH_NONE,
                                   .slot = FFH_NONE};
static const ffh_edge callback_edge = {.name = "self-test.callback",
                                       .to = FFH_SIDE_CALLER,
                                       .kind = FFH_EDGE_CALLBACK,
                                       .function = FFH_NONE,
                                       .slot = FFH_NONE};
static void *back[5];
static ffh_rule crossing_rule;

static void judge(const ffh_unwound *unwound) {
  ffh_verdict verdict;
  ffh_crossings_check(unwound, &verdict);
  crossing_rule = verdict.rule;
}

static __attribute__((noinline)) void call_back(bool jumps) {
  ffh_crossing crossing;
  ffh_cross_in(&crossing, &callback_edge);
  if (jumps) {
    __builtin_longjmp(back, 1);
  }
  ffh_cross_out(&crossing);
}

static __attribute__((noinline)) void call_library(volatile bool jumps) {
  ffh_crossing crossing;
  ffh_cross_in(&crossing, &call_edge);
  if (__builtin_setjmp(back) == 0) {
    call_back(jumps);
  }
  ffh_cross_out(&crossing);
}

bool ffh_selftest_jumps(bool is_planted) {
  crossing_rule = FFH_RULE_NONE;
  ffh_unwind_start(judge);
  call_library(is_planted);
  ffh_run_cross_start();
  return crossing_rule == FFH_CALLBACK_ESCAPE;
}

/* ---- confinement ---- */

static const ffh_slot made = {.kind = FFH_KIND_HANDLE,
                              .direction = FFH_DIR_OUT,
                              .flags = FFH_SLOT_CREATES,
                              .param = FFH_PARAM_RESULT};
static const ffh_slot used = {.kind = FFH_KIND_HANDLE};
static const ffh_handle_type type = {
    .name = "self-test", .threading = FFH_THREADING_CONFINED, .destroy_fn = FFH_NONE};

#define LEGACY                                                                     \
  .name = "self-test", .flags = FFH_FN_LEGACY, .threading = FFH_THREADING_INHERIT, \
  FFH_FUNCTION_BLANK, .n_slots = 1

static const ffh_function functions[] = {{LEGACY, .result_slot = 0, .slots = &made},
                                         {LEGACY, .result_slot = FFH_NONE, .slots = &used}};
static const ffh_target target = {
    .handle_types = &type, .functions = functions, .n_handle_types = 1, .n_functions = 2};

static void no_name(ffh_out *out, ffh_actor thread) {
  (void)out;
  (void)thread;
}

static ffh_rule see(ffh_confine *confine, unsigned kind, unsigned function, uint32_t thread) {
  static char object;
  const ffh_word args[] = {{.p = &object}}, result = {.p = &object};
  const ffh_inner_event event = {.kind = (uint8_t)kind,
                                 .thread = {thread, FFH_NONE},
                                 .function = &functions[function],
                                 .args = args,
                                 .result = &result};
  ffh_verdict verdict;
  (void)ffh_confine_see(confine, &event, &verdict);
  return verdict.rule;
}

/* One thread makes the object; another one uses it, or the same. */
bool ffh_selftest_confinement(bool is_planted) {
  static ffh_confine states[2]; /* mapped when they are touched */
  ffh_confine *confine = &states[is_planted];
  ffh_confine_start(confine, &target, no_name);
  ffh_confine_begin_input(confine);
  bool seen = see(confine, FFH_INNER_ENTER, 0, 1) != FFH_RULE_NONE;
  seen |= see(confine, FFH_INNER_LEAVE, 0, 1) != FFH_RULE_NONE;
  return !seen && see(confine, FFH_INNER_ENTER, 1, is_planted ? 2 : 1) != FFH_RULE_NONE;
}
