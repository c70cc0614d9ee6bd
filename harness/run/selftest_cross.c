/* The planted faults of callbacks and of what a call leaves behind on its thread. */
#include <fenv.h>

#include "check/callbacks.h"
#include "check/threadstate.h"
#include "run/selftest.h"

/* A call that has come back, and a callback that was its alone. */
bool ffh_selftest_callbacks(bool is_planted) {
  static const ffh_callback callback = {
      .threading = FFH_THREADING_SHARED, .until = FFH_UNTIL_RETURN, .n_impls = 1};
  static const ffh_slot slot = {
      .name = "done", .kind = FFH_KIND_CALLBACK, .parent = FFH_NONE, .callback = &callback};
  static const ffh_function function = {.name = "f", .n_slots = 1, .slots = &slot};
  static const ffh_target target = {.functions = &function, .n_functions = 1};
  static const ffh_value value = {.variable = FFH_NO_VARIABLE};
  static const ffh_edge edge = {.name = "f.done"};
  static ffh_frame frame;
  static ffh_callbacks state;
  const ffh_called_back event = {.edge = &edge, .lane = FFH_NO_LANE, .lanes = 1};
  ffh_verdict verdict;
  frame.function = &function;
  frame.values = &value;
  frame.outcome = FFH_OUTCOME_OK;
  ffh_callbacks_begin(&state);
  ffh_callbacks_register(&state, &frame, 1, NULL);
  if (is_planted) {
    ffh_callbacks_returned(&state, &frame, &verdict);
  }
  ffh_callbacks_entered(&state, &target, &event, &verdict);
  return verdict.rule == FFH_CALLBACK_LATE;
}

bool ffh_selftest_threadstate(bool is_planted) {
  ffh_thread_state before, after;
  ffh_verdict verdict;
  int rounding = fegetround();
  ffh_thread_state_take(true, &before);
  if (is_planted) {
    fesetround(rounding == FE_UPWARD ? FE_DOWNWARD : FE_UPWARD);
  }
  ffh_thread_state_take(true, &after);
  fesetround(rounding);
  ffh_thread_state_check(&before, &after, true, &verdict);
  return verdict.rule == FFH_THREAD_STATE;
}
