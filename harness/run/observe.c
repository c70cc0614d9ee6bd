/* Before and after a call that is to be refused: what the functions that only look (FFH_OBSERVES)
 * say of its handles. Those calls are the lane's own, as in follow.c, and come to no event. */
#include "check/observe.h"
#include "base/stack.h"
#include "boundary/admit.h"
#include "boundary/arena.h"
#include "boundary/args.h"
#include "boundary/callbacks.h"
#include "boundary/collect.h"
#include "boundary/handles.h"
#include "boundary/order.h"
#include "hooks/race.h"
#include "plan/build.h"
#include "run/state.h"

enum { MAX_SEEN = 8 };

typedef struct watch {
  ffh_seen before[MAX_SEEN];
  unsigned n;
  uint32_t events; /* how many there were */
  bool alone;      /* no other lane was in the library */
  ffh_seen_callback callback;
} watch;

static watch watches[FFH_MAX_LANES]; /* guarded by the scheduler's baton */

/* ---- asking ---- */

static void report_if_any(const ffh_verdict *verdict, const ffh_frame *frame) {
  if (verdict->rule != FFH_RULE_NONE) {
    ffh_run_report(verdict, frame);
  }
}

/* Whether the lane's thread is one on which the contract lets the observer be called. */
static bool may_ask(const ffh_frame *frame, const ffh_function *observer, uint16_t variable) {
  unsigned lanes = frame->plan->schedule.lanes;
  const ffh_slot *slot = &observer->slots[ffh_observe_slot(observer)];
  int of_function = ffh_function_lane(ffh_setup.target, observer, lanes);
  int of_handle =
      ffh_slot_lane(ffh_setup.target, observer, slot, lanes, ffh_handles_at(variable)->owner);
  return (of_function == -1 || of_function == frame->lane) &&
         (of_handle == -1 || of_handle == frame->lane);
}

/* Inside the library: what dies there is told as a part of the call. */
static void cross(const ffh_frame *frame, ffh_frame *asked) {
  ffh_now.in_flight |= UINT64_C(1) << frame->lane;
  ffh_sched_enter(asked->function->name);
  ffh_order_enter(asked);
  ffh_race_enter(frame->index);
  ffh_crossing crossing;
  ffh_cross_in(&crossing, &asked->function->edge);
  asked->function->call(asked->args, &asked->result);
  ffh_cross_out(&crossing);
  ffh_race_leave();
  ffh_order_leave(asked);
  (void)ffh_sched_leave();
  ffh_now.in_flight &= ~(UINT64_C(1) << frame->lane);
}

static bool ask(ffh_frame *frame, const ffh_function *observer, uint16_t variable, ffh_seen *seen) {
  ffh_value values[FFH_MAX_SLOTS];
  for (uint16_t i = 0; i < observer->n_slots; i++) {
    values[i] = (ffh_value){.variable = FFH_NO_VARIABLE, .defines = FFH_NO_VARIABLE};
  }
  values[ffh_observe_slot(observer)].variable = variable;
  ffh_frame asked = {.plan = frame->plan,
                     .function = observer,
                     .shape = &ffh_setup.shapes[observer - ffh_setup.target->functions],
                     .values = values,
                     .index = frame->index,
                     .lane = frame->lane};
  if (!may_ask(frame, observer, variable) || !ffh_admit(&asked)) {
    return false;
  }
  bool built = ffh_args_build(&asked);
  if (built) {
    ffh_outcome outcome = frame->outcome;
    ffh_verdict verdict;
    frame->outcome = FFH_OUTCOME_DIED;
    ffh_admit_enter(&asked);
    ffh_borrow_enter(&ffh_now.borrow, &asked, &verdict);
    report_if_any(&verdict, &asked);
    cross(frame, &asked);
    ffh_collect_outcome(&asked);
    asked.ended = ffh_borrow_land(&ffh_now.borrow, &asked);
    ffh_observe_read(&asked, seen);
    ffh_admit_leave(&asked);
    ffh_borrow_leave(&ffh_now.borrow, &asked, &verdict);
    report_if_any(&verdict, &asked);
    frame->outcome = outcome;
  }
  ffh_arena_end_call(frame->index);
  ffh_run_check_arguments(&asked);
  return built;
}

/* ---- before and after ---- */

static bool others_are_out(unsigned lane) {
  return (ffh_now.in_flight & ~(UINT64_C(1) << lane)) == 0;
}

static void ask_about(ffh_frame *frame, uint16_t variable, watch *now) {
  const ffh_target *target = ffh_setup.target;
  for (uint16_t f = 0; f < target->n_functions && now->n < MAX_SEEN; f++) {
    const ffh_function *observer = &target->functions[f];
    if ((observer->flags & FFH_FN_OBSERVES) == 0 || !ffh_function_is_callable(observer) ||
        observer->slots[ffh_observe_slot(observer)].handle_type != ffh_handles_at(variable)->type) {
      continue;
    }
    if (ask(frame, observer, variable, &now->before[now->n])) {
      now->n++;
    }
  }
}

static bool is_asked_already(const ffh_frame *frame, uint16_t slot) {
  for (uint16_t i = 0; i < slot; i++) {
    if ((ffh_frame_shape(frame)->uses >> i & 1) != 0 &&
        frame->values[i].variable == frame->values[slot].variable) {
      return true;
    }
  }
  return false;
}

void ffh_run_observe_before(ffh_frame *frame) {
  watch *now = &watches[frame->lane];
  now->n = 0;
  now->callback.edge = NULL;
  now->events = ffh_now.n_events;
  now->alone = others_are_out(frame->lane);
  for (ffh_slots left = ffh_frame_shape(frame)->uses; now->alone && left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    uint16_t variable = frame->values[i].variable;
    if (variable != FFH_NO_VARIABLE && ffh_handles_at(variable)->state == FFH_HANDLE_LIVE &&
        !is_asked_already(frame, i)) {
      ask_about(frame, variable, now);
    }
  }
}

/* Another lane's call may have changed what the observers say. */
static bool was_alone(const ffh_frame *frame, const watch *now) {
  return now->alone && others_are_out(frame->lane) && ffh_now.n_events == now->events;
}

void ffh_run_observe_after(ffh_frame *frame) {
  watch *now = &watches[frame->lane];
  ffh_verdict verdict = {.rule = FFH_RULE_NONE};
  if (frame->outcome != FFH_OUTCOME_FAILED) {
    return;
  }
  if (now->callback.edge != NULL) {
    ffh_observe_called_back(frame, &now->callback, &verdict);
    report_if_any(&verdict, frame);
  }
  for (unsigned i = 0; i < now->n; i++) {
    const ffh_seen *before = &now->before[i];
    ffh_seen after;
    if (was_alone(frame, now) && ffh_handles_at(before->variable)->state == FFH_HANDLE_LIVE &&
        ask(frame, before->by, before->variable, &after) && was_alone(frame, now)) {
      ffh_observe_check(before, &after, &verdict);
      report_if_any(&verdict, frame);
    }
  }
  if (now->n != 0) {
    ffh_run_follow_forget(frame->lane);
  }
}

void ffh_run_observe_callback(const ffh_frame *frame, const ffh_edge *edge, const void *cookie) {
  watch *now = &watches[frame->lane];
  if (ffh_frame_is_malformed(frame) && now->callback.edge == NULL &&
      ffh_observe_is_own(frame, edge, ffh_callbacks_cookie(frame), cookie)) {
    now->callback.edge = edge;
    now->callback.n_frames = (uint8_t)ffh_stack_mine(now->callback.frames, FFH_EVIDENCE_FRAMES);
  }
}
