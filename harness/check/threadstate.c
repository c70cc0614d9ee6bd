#include "check/threadstate.h"

#include <stddef.h>

#include "ffh/target.h"

typedef enum part { FLOATING = 0, LOCALE, GLOBAL_LOCALE, CANCELLATION, MASK, PARTS } part;

static const char *const names[PARTS] = {
    [FLOATING] = "the floating-point environment (rounding, traps or denormals)",
    [LOCALE] = "the thread's locale (uselocale)",
    [GLOBAL_LOCALE] = "the process's locale (setlocale)",
    [CANCELLATION] = "whether and when the thread can be cancelled",
    [MASK] = "the thread's signal mask"};

static bool is_same_mask(const ffh_thread_state *before, const ffh_thread_state *after) {
  if (!before->has_mask || !after->has_mask) {
    return true;
  }
  for (int i = 1; i <= SIGRTMAX; i++) {
    if (sigismember(&before->mask, i) != sigismember(&after->mask, i)) {
      return false;
    }
  }
  return true;
}

void ffh_thread_state_check(const ffh_thread_state *before, const ffh_thread_state *after,
                            bool alone, ffh_verdict *verdict) {
  const bool same[PARTS] = {
      [FLOATING] = before->floating == after->floating,
      [LOCALE] = before->locale == after->locale,
      [GLOBAL_LOCALE] = !alone || before->global_locale == after->global_locale,
      [CANCELLATION] =
          before->cancel_state == after->cancel_state && before->cancel_type == after->cancel_type,
      [MASK] = is_same_mask(before, after)};
  *verdict = (ffh_verdict){.rule = FFH_RULE_NONE, .slot = FFH_NONE};
  ffh_out out = {verdict->message, 0, sizeof verdict->message, false};
  for (unsigned i = 0; i < PARTS; i++) {
    if (!same[i]) {
      ffh_out_str(&out, verdict->rule == FFH_RULE_NONE ? "changed " : " and ");
      ffh_out_str(&out, names[i]);
      verdict->rule = FFH_THREAD_STATE;
    }
  }
}
