/* One call across the boundary: whether it may be made, what is watched, what is asked after it. */
#include <errno.h>

#include "base/id.h"
#include "boundary/admit.h"
#include "boundary/arena.h"
#include "boundary/args.h"
#include "boundary/collect.h"
#include "boundary/order.h"
#include "boundary/partner.h"
#include "boundary/place.h"
#include "check/failing.h"
#include "check/handle.h"
#include "check/protocol.h"
#include "hooks/failing.h"
#include "hooks/race.h"
#include "report/feedback.h"
#include "report/json.h"
#include "report/points.h"
#include "report/stats.h"
#include "run/memory.h"
#include "run/state.h"

static void variable_ended(uint16_t variable) {
  ffh_arena_end_variable(variable);
  ffh_run_cross_ended(variable);
}

static void record(const ffh_frame *frame) {
  ffh_event event = {.call = frame->index,
                     .function = (uint16_t)(frame->function - ffh_setup.target->functions),
                     .lane = frame->lane,
                     .outcome = (uint8_t)frame->outcome,
                     .failed_allocation = frame->failing.failed,
                     .status = frame->outcome == FFH_OUTCOME_SKIPPED ? 0 : frame->status,
                     .variable = FFH_NO_VARIABLE,
                     .parent = FFH_NO_VARIABLE};
  if (frame->call == NULL) {
    ffh_report_teardown(frame, &event.variable, &event.parent);
  }
  if (ffh_now.n_events < FFH_RUN_EVENTS) {
    ffh_now.events[ffh_now.n_events++] = event;
  }
  uint32_t digest[] = {event.call, frame->function->id, event.lane, event.outcome,
                       (uint32_t)event.status};
  ffh_sched_trace(0, ffh_id_numbers(FFH_ID_BASIS, digest, sizeof digest / sizeof digest[0]));
  ffh_stats_call(frame);
  ffh_feedback_call(frame);
}

static void skip(ffh_frame *frame) {
  frame->failing.failed = 0;
  frame->outcome = FFH_OUTCOME_SKIPPED;
  ffh_collect_skipped(frame);
  ffh_now.result.skipped++;
  record(frame);
}

static void report_if_any(const ffh_verdict *verdict, const ffh_frame *frame) {
  if (verdict->rule != FFH_RULE_NONE) {
    ffh_run_report(verdict, frame);
  }
}

/* What the call may end is looked at for the last time. */
static void begin_checks(const ffh_frame *frame) {
  if (ffh_partner_has_shadow(frame)) {
    ffh_partner_enter(frame);
  }
  ffh_verdict verdict;
  ffh_borrow_enter(&ffh_now.borrow, frame, &verdict);
  report_if_any(&verdict, frame);
}

/* The call has come back. */
static void check(ffh_frame *frame) {
  ffh_verdict verdict;
  frame->ended = ffh_borrow_land(&ffh_now.borrow, frame);
  ffh_now.read = frame;
  ffh_handle_check(frame, &verdict);
  report_if_any(&verdict, frame);
  ffh_protocol_check(frame, &verdict);
  if (verdict.rule == FFH_RULE_NONE && frame->failing.failed != 0) {
    ffh_failing_check(frame, &verdict);
  }
  report_if_any(&verdict, frame);
  ffh_borrow_leave(&ffh_now.borrow, frame, &verdict);
  report_if_any(&verdict, frame);
  ffh_now.read = NULL;
}

/* What else the library is asked because of the call; then what it changed is noted, with nobody
 * running in between. */
static void follow(ffh_frame *frame) {
  if (frame->outcome == FFH_OUTCOME_FAILED && frame->failing.failed == 0) {
    ffh_run_follow_failure(frame);
  }
  bool has_shadow = ffh_partner_has_shadow(frame);
  if (has_shadow) {
    ffh_run_shadow_call(frame);
    ffh_partner_leave(frame);
  }
  ffh_admit_leave(frame);
  ffh_run_cross_back(frame);
  ffh_collect_handles(frame, variable_ended);
  ffh_run_cross_leave(frame);
  if (has_shadow) {
    ffh_run_shadow_born(frame);
  }
}

static void object_moved(const void *from, size_t size) {
  ffh_borrow_moved(&ffh_now.borrow, from, size);
}

static bool is_allowed(ffh_frame *frame) {
  if (frame->function->when_fn != FFH_NONE) {
    ffh_verdict verdict;
    frame->outcome = FFH_OUTCOME_DIED;
    ffh_borrow_ask(&ffh_now.borrow, frame, &verdict);
    report_if_any(&verdict, frame);
  }
  if (!ffh_admit(frame)) {
    return false;
  }
  ffh_place_move(frame, object_moved);
  return ffh_args_build(frame);
}

/* Inlined: a sanitizer walks the whole stack for every block that is allocated or freed. */
__attribute__((always_inline)) static inline void cross(ffh_frame *frame) {
  ffh_sched_enter(frame->function->name);
  ffh_order_enter(frame);
  ffh_race_enter(frame->index);
  if (frame->failing.wanted != 0) {
    ffh_failing_begin(&frame->failing);
  }
  ffh_crossing crossing;
  ffh_cross_in(&crossing, &frame->function->edge);
  bool numbers_errors = frame->function->error_kind == FFH_ERROR_BY_ERRNO;
  if (numbers_errors) {
    errno = 0;
  }
  frame->function->call(frame->args, &frame->result);
  ffh_run_child_end();
  if (numbers_errors) {
    frame->error_number = errno;
  }
  ffh_cross_out(&crossing);
  ffh_failing_end();
  ffh_race_leave();
  ffh_order_leave(frame);
  ffh_points_call(frame, ffh_sched_leave());
  ffh_run_memory_leave();
}

void ffh_run_take(ffh_frame *frame) {
  ffh_order_begin_call();
  bool malformed = ffh_frame_is_malformed(frame);
  if (malformed) {
    ffh_run_observe_before(frame);
  }
  if (!is_allowed(frame)) {
    ffh_arena_end_call(frame->index);
    skip(frame);
    ffh_order_end_call();
    return;
  }
  ffh_admit_enter(frame);
  ffh_stats_enter(frame);
  frame->result.u = 0;
  frame->outcome = FFH_OUTCOME_DIED;
  frame->failing.wanted = frame->call == NULL ? 0 : frame->call->fail;
  frame->failing.failed = 0;
  begin_checks(frame);
  ffh_feedback_enter(frame, ffh_now.frames, ffh_now.in_flight);
  ffh_now.in_flight |= UINT64_C(1) << frame->lane;
  ffh_run_cross_enter(frame);
  ffh_run_threadstate_enter(frame);
  ffh_run_memory_give(frame);
  ffh_run_memory_enter(frame);
  cross(frame);
  ffh_now.in_flight &= ~(UINT64_C(1) << frame->lane);
  ffh_collect_outcome(frame);
  ffh_now.result.calls++;
  ffh_run_threadstate_leave(frame);
  check(frame);
  ffh_run_memory_take(frame);
  follow(frame);
  ffh_arena_end_call(frame->index);
  ffh_run_check_arguments(frame);
  if (malformed) {
    ffh_run_observe_after(frame);
  }
  record(frame);
  ffh_order_end_call();
}
