/* What each call leaves behind on its thread. */
#include "boundary/threadstate.h"
#include "check/threadstate.h"
#include "run/state.h"

static ffh_thread_state before[FFH_MAX_LANES];

/* A signal mask costs a system call. In a fuzzing process it is looked at once for each lane of an
 * input, behind its last call, and compared with the lane's first; a replay names the call. */
static ffh_thread_state first[FFH_MAX_LANES];

static bool looks_at_each(void) {
  return ffh_setup.options.check_every_leak;
}

static bool is_last(const ffh_frame *frame) {
  const ffh_lane_queue *queue = &ffh_now.queues[frame->lane];
  return frame->call != NULL && queue->next == queue->count;
}

void ffh_run_threadstate_enter(const ffh_frame *frame) {
  ffh_thread_state *state = &before[frame->lane];
  ffh_thread_state_take(looks_at_each(), state);
  if (!looks_at_each() && !first[frame->lane].has_mask) {
    ffh_thread_state_take(true, &first[frame->lane]);
  }
}

void ffh_run_threadstate_leave(const ffh_frame *frame) {
  ffh_thread_state *was = &before[frame->lane];
  if (!looks_at_each() && is_last(frame)) {
    was->mask = first[frame->lane].mask;
    was->has_mask = first[frame->lane].has_mask;
  }
  ffh_thread_state is;
  ffh_thread_state_take(was->has_mask, &is);
  ffh_verdict verdict;
  ffh_thread_state_check(was, &is, ffh_now.in_flight == 0, &verdict);
  if (verdict.rule != FFH_RULE_NONE) {
    ffh_run_report(&verdict, frame);
  }
}
