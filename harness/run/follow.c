/* What follows a call: questions to the library that no plan asks. They are the lane's own, inside
 * the library and under the schedule like its calls, and come to no event. */
#include "boundary/order.h"
#include "check/lasterror.h"
#include "hooks/race.h"
#include "run/state.h"

/* The last error of each lane. Those with a bit in `pending` have not called the library since. */
static ffh_last_error errors[FFH_MAX_LANES];
static uint64_t pending;

static ffh_past past(void) {
  return (ffh_past){ffh_setup.target, ffh_now.events, ffh_now.n_events};
}

/* `frame` is that of the lane's last call: what dies in here is told as a part of it. `ended`: the
 * text that it returns may be another lane's to end, and is gone then. */
static ffh_word ask(ffh_frame *frame, const ffh_function *function, bool *ended) {
  static ffh_frame about; /* for what orders calls; used at once */
  static ffh_frame asked[FFH_MAX_LANES];
  ffh_frame *own = &asked[frame->lane];
  own->plan = frame->plan;
  own->function = function;
  own->shape = &ffh_setup.shapes[function - ffh_setup.target->functions];
  own->lane = frame->lane;
  ffh_word result = {.u = 0};
  ffh_outcome outcome = frame->outcome;
  frame->outcome = FFH_OUTCOME_DIED;
  ffh_now.in_flight |= UINT64_C(1) << frame->lane;
  ffh_sched_enter(function->name);
  about.function = function;
  ffh_order_enter(&about);
  ffh_race_enter(frame->index);
  ffh_borrow_fly(&ffh_now.borrow, own);
  ffh_crossing crossing;
  ffh_cross_in(&crossing, &function->edge);
  function->call(&result, &result);
  ffh_cross_out(&crossing);
  *ended = ffh_borrow_land(&ffh_now.borrow, own);
  ffh_race_leave();
  about.function = function;
  ffh_order_leave(&about);
  (void)ffh_sched_leave();
  ffh_now.in_flight &= ~(UINT64_C(1) << frame->lane);
  frame->outcome = outcome;
  return result;
}

/* Whether what the function says could be read. */
static bool hear(ffh_frame *frame, const ffh_function *by, ffh_said *said) {
  bool ended;
  ffh_word result = ask(frame, by, &ended);
  if (!ended) {
    ffh_now.read = frame;
    ffh_last_error_read(by, result, said);
    ffh_now.read = NULL;
  }
  return !ended;
}

static void read_last_error(ffh_frame *frame) {
  const ffh_function *by = &ffh_setup.target->functions[frame->function->last_error_fn];
  ffh_said said;
  if (!hear(frame, by, &said)) {
    return;
  }
  ffh_past before = past();
  ffh_verdict verdict;
  ffh_last_error_failed(frame, &said, &before, &errors[frame->lane], &verdict);
  if (verdict.rule != FFH_RULE_NONE) {
    ffh_run_report(&verdict, frame);
  }
  pending |= UINT64_C(1) << frame->lane;
}

void ffh_run_follow_failure(ffh_frame *frame) {
  ffh_verdict verdict;
  ffh_errno_check(frame, &verdict);
  if (verdict.rule != FFH_RULE_NONE) {
    ffh_run_report(&verdict, frame);
  }
  if (frame->function->last_error_fn != FFH_NONE) {
    read_last_error(frame);
  }
}

void ffh_run_follow_begin(void) {
  pending = 0;
  for (unsigned i = 0; i < FFH_MAX_LANES; i++) {
    errors[i].function = NULL;
  }
}

static void ask_again(void *context) {
  ffh_frame *frame = context;
  ffh_last_error *record = &errors[frame->lane];
  pending &= ~(UINT64_C(1) << frame->lane);
  ffh_order_begin_call();
  ffh_said said;
  bool heard = hear(frame, record->said.by, &said);
  ffh_order_end_call();
  if (!heard) {
    return;
  }
  ffh_past now = past();
  ffh_verdict verdict;
  ffh_last_error_again(record, &said, errors, FFH_MAX_LANES, &now, &verdict);
  if (verdict.rule != FFH_RULE_NONE) {
    ffh_run_report(&verdict, frame);
  }
}

void ffh_run_follow_before_call(unsigned lane) {
  if ((pending >> lane & 1) != 0) {
    ask_again(&ffh_now.frames[lane]);
  }
}

void ffh_run_follow_forget(unsigned lane) {
  pending &= ~(UINT64_C(1) << lane);
}

void ffh_run_follow_end(void) {
  while (pending != 0) {
    unsigned lane = (unsigned)__builtin_ctzll(pending);
    ffh_sched_on_lane(lane, ask_again, &ffh_now.frames[lane]);
  }
}
