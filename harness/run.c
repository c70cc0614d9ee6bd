#include "run.h"

#include <errno.h>
#include <sys/mman.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/id.h"
#include "boundary/admit.h"
#include "boundary/arena.h"
#include "boundary/args.h"
#include "boundary/collect.h"
#include "boundary/handles.h"
#include "boundary/order.h"
#include "boundary/partner.h"
#include "boundary/place.h"
#include "check/failing.h"
#include "check/handle.h"
#include "check/protocol.h"
#include "hooks/failing.h"
#include "hooks/privatedir.h"
#include "report/feedback.h"
#include "report/json.h"
#include "report/points.h"
#include "report/stats.h"
#include "run_memory.h"
#include "run_selftest.h"
#include "run_state.h"
#include "run_target.h"
#include "sched/sched.h"

/* Weak: a target may have no state of its own to reset. */
__attribute__((weak)) void ffh_target_reset(const char *directory);

#define FFH_INLINE __attribute__((always_inline)) inline

ffh_run_setup ffh_setup;
ffh_run_now ffh_now;

/* ---- one call ---- */

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
static void check(const ffh_frame *frame) {
  ffh_verdict verdict;
  ffh_handle_check(frame, &verdict);
  report_if_any(&verdict, frame);
  ffh_protocol_check(frame, &verdict);
  if (verdict.rule == FFH_RULE_NONE && frame->failing.failed != 0) {
    ffh_failing_check(frame, &verdict);
  }
  report_if_any(&verdict, frame);
  ffh_borrow_leave(&ffh_now.borrow, frame, &verdict);
  report_if_any(&verdict, frame);
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

/* Inlined, as everything between the engine and the library is where it can be: a sanitizer walks
 * the whole stack for every block that the library allocates or frees. */
FFH_INLINE static void take(ffh_frame *frame) {
  ffh_order_begin_call();
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
  if (numbers_errors) {
    frame->error_number = errno;
  }
  ffh_cross_out(&crossing);
  ffh_failing_end();
  ffh_race_leave();
  ffh_order_leave(frame);
  ffh_points_call(frame, ffh_sched_leave());
  ffh_run_memory_leave();
  ffh_now.in_flight &= ~(UINT64_C(1) << frame->lane);
  ffh_collect_outcome(frame);
  ffh_now.result.calls++;
  ffh_run_threadstate_leave(frame);
  check(frame);
  ffh_run_memory_take(frame);
  follow(frame);
  ffh_arena_end_call(frame->index);
  ffh_run_check_arguments(frame);
  record(frame);
  ffh_order_end_call();
}

void ffh_run_take(ffh_frame *frame) {
  take(frame);
}

/* ---- the lanes as the scheduler sees them ---- */

/* A call waits until the calls that make its handles have finished, well or badly. */
static bool is_ready(uint16_t index) {
  const ffh_call *call = &ffh_now.plan->calls[index];
  const ffh_value *values = ffh_plan_values(ffh_now.plan, call);
  const ffh_shape *shape = &ffh_setup.shapes[call->function];
  for (ffh_slots left = shape->handles | shape->makes | shape->messages; left != 0;) {
    uint16_t variable = values[ffh_slots_next(&left)].variable;
    if (variable != FFH_NO_VARIABLE && ffh_now.plan->variables[variable].call != index &&
        ffh_handles_at(variable)->state == FFH_HANDLE_UNBORN) {
      return false;
    }
  }
  return true;
}

static uint64_t enabled_lanes(void *context) {
  (void)context;
  uint64_t enabled = 0;
  for (uint64_t left = ffh_now.waiting; left != 0; left &= left - 1) {
    unsigned lane = (unsigned)__builtin_ctzll(left);
    const ffh_lane_queue *queue = &ffh_now.queues[lane];
    if (is_ready(queue->calls[queue->next])) {
      enabled |= UINT64_C(1) << lane;
    }
  }
  /* The earliest unfinished call needs only earlier ones. */
  FFH_ASSERT(enabled != 0 || ffh_now.waiting == 0 || ffh_now.in_flight != 0);
  return enabled;
}

static void take_step(void *context, unsigned lane) {
  (void)context;
  ffh_lane_queue *queue = &ffh_now.queues[lane];
  uint16_t index = queue->calls[queue->next++];
  if (queue->next == queue->count) {
    ffh_now.waiting &= ~(UINT64_C(1) << lane);
  }
  ffh_run_follow_before_call(lane);
  const ffh_call *call = &ffh_now.plan->calls[index];
  ffh_frame *frame = &ffh_now.frames[lane];
  ffh_now.used |= UINT64_C(1) << lane;
  frame->plan = ffh_now.plan;
  frame->call = call;
  frame->function = ffh_plan_function(ffh_now.plan, call);
  frame->shape = &ffh_setup.shapes[call->function];
  frame->values = ffh_plan_values(ffh_now.plan, call);
  frame->index = index;
  frame->lane = (uint8_t)lane;
  take(frame);
}

/* ---- one input ---- */

static void queue_calls(const ffh_plan *plan) {
  for (unsigned i = 0; i < plan->schedule.lanes; i++) {
    ffh_now.queues[i].next = ffh_now.queues[i].count = 0;
  }
  ffh_now.waiting = 0;
  for (uint16_t i = 0; i < plan->n_calls; i++) {
    ffh_lane_queue *queue = &ffh_now.queues[plan->calls[i].lane];
    queue->calls[queue->count++] = i;
    ffh_now.waiting |= UINT64_C(1) << plan->calls[i].lane;
  }
}

static void reset_now(void *context) {
  (void)context;
  static const ffh_edge edge = {.name = "ffh_target_reset",
                                .to = FFH_SIDE_CALLER,
                                .kind = FFH_EDGE_CALLBACK,
                                .function = FFH_NONE,
                                .slot = FFH_NONE};
  if (ffh_target_reset != NULL) {
    ffh_crossing crossing;
    ffh_cross_in(&crossing, &edge);
    ffh_target_reset(ffh_privatedir_path());
    ffh_cross_out(&crossing);
  } else {
    ffh_privatedir_empty();
  }
}

/* Threads of the library that are still there from earlier inputs may have to act. */
static void reset_target(void) {
  ffh_sched_quietly(reset_now, NULL);
}

/* Pointers to dead objects in our own memory would make LeakSanitizer believe they are still in
 * use. */
static void forget_pointers(void) {
  ffh_handles_reset(0);
  for (uint64_t left = ffh_now.used; left != 0; left &= left - 1) {
    unsigned lane = (unsigned)__builtin_ctzll(left);
    ffh_bytes_fill(&ffh_now.frames[lane], 0, sizeof ffh_now.frames[0]);
    ffh_run_shadow_forget(lane);
  }
  ffh_now.used = 0;
}

static void check_leaks(void) {
  ffh_now.phase = "leak check";
  forget_pointers();
  if (ffh_now.result.leftover == 0) {
    ffh_run_memory_end_input();
  }
}

static void call_all(void *context) {
  ffh_run_target_call(ffh_setup.target, *(const uint16_t *)context);
}

/* A second start has to work as well as the first one, and neither may leave anything behind. */
static void start_again(void) {
  uint16_t init = FFH_FN_INIT, fini = FFH_FN_FINI;
  ffh_sched_quietly(call_all, &fini);
  ffh_run_memory_begin_input();
  ffh_sched_quietly(call_all, &init);
  ffh_sched_quietly(call_all, &fini);
  check_leaks();
  ffh_now.phase = "start";
  ffh_sched_quietly(call_all, &init);
}

static void begin(const ffh_plan *plan) {
  FFH_ASSERT(ffh_setup.target != NULL && ffh_now.phase == NULL);
  ffh_now.plan = plan;
  ffh_now.n_events = 0;
  ffh_now.result = (ffh_run_result){.decoded = FFH_DECODE_OK};
  ffh_now.phase = "start";
  static const ffh_sched_client client = {
      .enabled = enabled_lanes, .step = take_step, .fault = ffh_run_fault};
  ffh_sched_begin(&plan->schedule, &client);
  ffh_run_inner_begin(plan);
  reset_target();
  if (plan->schedule.again != 0) {
    start_again();
  }
  ffh_order_begin_input();
  ffh_handles_reset(plan->n_variables);
  ffh_borrow_begin(&ffh_now.borrow);
  queue_calls(plan);
  ffh_run_follow_begin();
  ffh_partner_reset();
  ffh_run_cross_begin_input();
  ffh_feedback_begin_input();
  ffh_now.phase = "call";
  ffh_run_memory_begin_input();
}

static void end_schedule(void) {
  ffh_sched_outcome outcome = ffh_sched_end();
  ffh_now.result.switches = outcome.switches;
  ffh_now.result.points = outcome.points;
  ffh_now.result.trace = outcome.trace;
  ffh_now.result.not_controlled = outcome.not_controlled;
  ffh_run_inner_end();
  ffh_stats()->runs++;
  ffh_stats()->switches += outcome.switches;
  ffh_now.phase = NULL;
}

void ffh_run_plan_and_exit(const ffh_plan *plan) {
  begin(plan);
  ffh_sched_run();
  ffh_run_follow_end();
  ffh_run_exit();
}

ffh_run_result ffh_run_exited(void) {
  ffh_sched_settle_for_good();
  end_schedule();
  return ffh_now.result;
}

static ffh_run_result run_once(const ffh_plan *plan) {
  begin(plan);
  unsigned threads = ffh_sched_adopted();
  ffh_sched_run();
  ffh_run_follow_end();
  ffh_run_tear_down();
  ffh_sched_settle();
  ffh_run_cross_end_input();
  ffh_now.result.threads_left = ffh_sched_adopted() - threads;
  ffh_arena_end_input();
  ffh_run_check_arguments(NULL);
  ffh_order_end_input();
  reset_target();
  check_leaks();
  end_schedule();
  return ffh_now.result;
}

/* A thread that is left once may be there for good; one more each time is lost. */
static ffh_run_result run_plan(const ffh_plan *plan) {
  ffh_run_result result = run_once(plan);
  if ((int32_t)result.threads_left > 0 && result.leftover == 0) {
    ffh_run_result again = run_once(plan);
    if ((int32_t)again.threads_left > 0) {
      ffh_now.phase = "after teardown";
      ffh_run_fault(NULL, FFH_FAULT_THREAD_LEFT, NULL, NULL);
    }
  }
  ffh_run_memory_check_growth(plan, run_once);
  return result;
}

ffh_run_result ffh_run_plan(const ffh_plan *plan) {
  return run_plan(plan);
}

ffh_run_result ffh_run_input(const uint8_t *data, size_t size) {
  ffh_decode_result decoded = ffh_plan_decode(ffh_setup.target, data, size, ffh_setup.decoded);
  if (decoded != FFH_DECODE_OK) {
    return (ffh_run_result){.decoded = decoded};
  }
  return run_plan(ffh_setup.decoded);
}

/* ---- start and stop ---- */

bool ffh_run_start(const ffh_target *target, const ffh_run_options *options, const char **message) {
  const char *refused = ffh_run_target_refuse(target);
  if (refused == NULL && (ffh_run_target_has_paths(target) || ffh_target_reset != NULL) &&
      !ffh_privatedir_make(target->name)) {
    refused = "no private directory can be made: set TMPDIR to a writable one with free space";
  }
  if (refused == NULL && !ffh_stats_start(target, options->stats_path)) {
    refused = "the statistics file cannot be written";
  }
  if (refused != NULL) {
    *message = refused;
    return false;
  }
  ffh_setup.target = target;
  ffh_setup.options = *options;
  ffh_setup.shapes = ffh_shape_all(target);
  ffh_setup.decoded = ffh_plan_new();
  ffh_setup.report = mmap(NULL, FFH_RUN_REPORT_BYTES + FFH_MAX_TEXT, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  FFH_ASSERT(ffh_setup.report != MAP_FAILED);
  ffh_setup.scratch = ffh_setup.report + FFH_RUN_REPORT_BYTES;
  ffh_sched_pin(options->core);
  ffh_arena_start();
  ffh_args_set_directory(ffh_privatedir_path());
  ffh_args_set_unmapping(options->unmap_every);
  *message = ffh_run_memory_start();
  if (*message != NULL) {
    return false;
  }
  ffh_run_cross_start();
  ffh_run_self_test();
  ffh_run_self_test();
  ffh_run_inner_start();
  ffh_run_target_call(target, FFH_FN_INIT);
  return true;
}

const char *ffh_run_directory(void) {
  return ffh_privatedir_path();
}

void ffh_run_finish(void) {
  static bool finished;
  if (ffh_setup.target != NULL && ffh_now.phase == NULL && !finished) {
    finished = true;
    ffh_now.phase = "fini";
    ffh_run_target_call(ffh_setup.target, FFH_FN_FINI);
    ffh_now.phase = NULL;
  }
  ffh_run_stop();
}

void ffh_run_stop(void) {
  ffh_privatedir_remove();
}
