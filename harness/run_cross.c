/* What happens at the boundary beside calls that return: unwinding, callbacks, calls that come back
 * in. On whichever thread it happens. */
#include "boundary/unwind.h"
#include "check/crossings.h"
#include "run_state.h"

/* The call that the present code is part of: the thread's own, or for a thread of the library the
 * first that is in flight; NULL for none. */
static const ffh_frame *present_frame(void) {
  int lane = ffh_sched_current_lane();
  if (lane >= 0) {
    return ffh_now.frames[lane].outcome == FFH_OUTCOME_DIED ? &ffh_now.frames[lane] : NULL;
  }
  return ffh_now.in_flight == 0 ? NULL : &ffh_now.frames[__builtin_ctzll(ffh_now.in_flight)];
}

static void see_unwound(const ffh_unwound *unwound) {
  ffh_verdict verdict;
  ffh_crossings_check(unwound, &verdict);
  const ffh_frame *frame = present_frame();
  ffh_sched_abandon();
  ffh_run_report(&verdict, frame);
}

void ffh_run_cross_start(void) {
  ffh_unwind_start(see_unwound);
}
