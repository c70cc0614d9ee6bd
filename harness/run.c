#include "run.h"

#include <string.h>
#include <sys/mman.h>

#include "base/asan.h"
#include "base/assert.h"
#include "base/bytes.h"
#include "base/id.h"
#include "boundary/admit.h"
#include "boundary/arena.h"
#include "boundary/args.h"
#include "boundary/collect.h"
#include "boundary/event.h"
#include "boundary/handles.h"
#include "boundary/order.h"
#include "check/protocol.h"
#include "hooks/leak.h"
#include "hooks/privatedir.h"
#include "hooks/race.h"
#include "plan/thread.h"
#include "report/feedback.h"
#include "report/json.h"
#include "report/points.h"
#include "report/stats.h"
#include "run_target.h"
#include "sched/events.h"
#include "sched/sched.h"

/* Weak: a target may have no state of its own to reset. */
__attribute__((weak)) void ffh_target_reset(const char *directory);

#define FFH_INLINE __attribute__((always_inline)) inline

enum { MAX_EVENTS = FFH_MAX_CALLS + FFH_MAX_HANDLES, REPORT_BYTES = 24 << 20 };

typedef struct lane_queue {
  uint16_t calls[FFH_MAX_CALLS];
  uint16_t next, count;
} lane_queue;

static struct {
  const ffh_target *target;
  ffh_run_options options;
  const ffh_shape *shapes; /* of the target's functions */
  ffh_plan *decoded;
  char *report, *scratch; /* for findings; mapped, touched only when there is one */
} self;

/* The state of one input. Guarded by the scheduler's baton. */
static struct {
  const ffh_plan *plan;
  const char *phase; /* NULL: no input is being run */
  lane_queue queues[FFH_MAX_LANES];
  uint64_t waiting;   /* lanes with calls left */
  uint64_t in_flight; /* lanes inside the library */
  uint64_t used;      /* lanes whose frame holds something */
  ffh_frame frames[FFH_MAX_LANES];
  ffh_event events[MAX_EVENTS];
  uint32_t n_events;
  ffh_run_result result;
} now;

/* ---- findings ---- */

static const char *thread_name(void) {
  static char name[32];
  int thread = ffh_sched_current_thread(), lane = ffh_sched_current_lane();
  ffh_out out = {name, 0, sizeof name, false};
  if (thread < 0 && lane < 0) {
    return "a thread of the library";
  }
  ffh_out_str(&out, lane >= 0 ? "lane " : "thread ");
  ffh_thread_print(&out, (ffh_thread_name)(lane >= 0 ? lane : thread));
  name[out.size] = '\0';
  return name;
}

static void describe(const ffh_verdict *verdict, const ffh_frame *frame, const ffh_region *region,
                     bool symbolize, ffh_out *out) {
  static ffh_plan empty;
  static ffh_sched_wait waits[FFH_MAX_THREADS];
  uint32_t n_waits = ffh_sched_waits(waits, FFH_MAX_THREADS);
  const ffh_race_access *accesses = NULL;
  unsigned n_accesses = ffh_race_accesses(&accesses);
  empty.target = self.target;
  ffh_finding finding = {.plan = now.plan == NULL ? &empty : now.plan,
                         .verdict = verdict,
                         .frame = frame,
                         .region = region,
                         .lanes = now.frames,
                         .events = now.events,
                         .n_events = now.n_events,
                         .trace = ffh_sched_trace_value(),
                         .waits = waits,
                         .n_waits = n_waits,
                         .accesses = accesses,
                         .n_accesses = n_accesses,
                         .symbolize = symbolize,
                         .not_controlled = ffh_sched_not_controlled(),
                         .phase = now.phase == NULL ? "between inputs" : now.phase,
                         .thread = thread_name()};
  ffh_report_json(&finding, self.scratch, FFH_MAX_TEXT, out);
}

__attribute__((noreturn)) static void report_finding(const ffh_verdict *verdict,
                                                     const ffh_frame *frame) {
  ffh_stats()->findings++;
  ffh_out out = {self.report, 0, REPORT_BYTES, false};
  describe(verdict, frame, NULL, true, &out);
  self.options.on_finding(out.text, out.size);
  ffh_internal(__FILE_NAME__, __LINE__, "on_finding returned");
}

/* A sanitizer report about an argument's memory is ours to explain. */
static const ffh_region *guilty_region(ffh_verdict *verdict) {
  if (__asan_report_present == NULL || __asan_report_present() == 0 ||
      verdict->rule != FFH_RULE_NONE) {
    return NULL;
  }
  const ffh_region *region = ffh_arena_find(__asan_get_report_address());
  if (region != NULL) {
    verdict->rule = region->live ? FFH_ARG_BOUNDS : FFH_BORROW_KEPT;
    verdict->slot = region->slot;
    ffh_out message = {verdict->message, 0, sizeof verdict->message, false};
    ffh_out_str(&message, region->live ? "accessed memory outside an argument of "
                                       : "accessed an argument after its borrow had ended, of ");
    ffh_out_unsigned(&message, region->size);
    ffh_out_str(&message, " bytes");
  }
  return region;
}

void ffh_run_describe(const char *rule, const char *message, ffh_out *out) {
  ffh_verdict verdict = {.rule = FFH_RULE_NONE, .slot = FFH_NONE};
  for (int i = 1; i < FFH_RULE_COUNT; i++) {
    if (strcmp(ffh_rule_infos[i].id, rule) == 0) {
      verdict.rule = (ffh_rule)i;
    }
  }
  ffh_out text = {verdict.message, 0, sizeof verdict.message, false};
  ffh_out_str(&text, message);
  int lane = ffh_sched_current_lane();
  const ffh_frame *frame = NULL;
  if (lane >= 0 && now.frames[lane].outcome == FFH_OUTCOME_DIED) {
    frame = &now.frames[lane];
  }
  const ffh_region *region = guilty_region(&verdict);
  if (region != NULL && (frame == NULL || region->call != frame->index)) {
    verdict.slot = FFH_NONE; /* a parameter of another call, which the region names */
  }
  describe(&verdict, frame, region, false, out);
}

bool ffh_run_is_active(void) {
  return now.phase != NULL;
}

/* ---- one call ---- */

static void variable_ended(uint16_t variable) {
  ffh_arena_end_variable(variable);
}

static void record(const ffh_frame *frame) {
  ffh_event event = {.call = frame->index,
                     .function = (uint16_t)(frame->function - self.target->functions),
                     .lane = frame->lane,
                     .outcome = (uint8_t)frame->outcome,
                     .status = frame->outcome == FFH_OUTCOME_SKIPPED ? 0 : frame->status,
                     .variable = FFH_NO_VARIABLE,
                     .parent = FFH_NO_VARIABLE};
  if (frame->call == NULL) {
    ffh_report_teardown(frame, &event.variable, &event.parent);
  }
  if (now.n_events < MAX_EVENTS) {
    now.events[now.n_events++] = event;
  }
  uint32_t digest[] = {event.call, frame->function->id, event.lane, event.outcome,
                       (uint32_t)event.status};
  ffh_sched_trace(0, ffh_id_numbers(FFH_ID_BASIS, digest, sizeof digest / sizeof digest[0]));
  ffh_stats_call(frame);
  ffh_feedback_call(frame);
}

static void skip(ffh_frame *frame) {
  frame->outcome = FFH_OUTCOME_SKIPPED;
  ffh_collect_skipped(frame);
  now.result.skipped++;
  record(frame);
}

/* Inlined, as everything between the engine and the library is where it can be: a sanitizer walks
 * the whole stack for every block that the library allocates or frees. */
FFH_INLINE static void take(ffh_frame *frame) {
  ffh_order_begin_call();
  if (!ffh_admit(frame) || !ffh_args_build(frame)) {
    ffh_arena_end_call(frame->index);
    skip(frame);
    ffh_order_end_call();
    return;
  }
  ffh_admit_enter(frame);
  ffh_stats_enter(frame);
  frame->result.u = 0;
  frame->outcome = FFH_OUTCOME_DIED;
  ffh_feedback_enter(frame, now.frames, now.in_flight);
  now.in_flight |= UINT64_C(1) << frame->lane;
  ffh_sched_enter(frame->function->name);
  ffh_order_enter(frame);
  ffh_race_enter(frame->index);
  frame->function->call(frame->args, &frame->result);
  ffh_race_leave();
  ffh_order_leave(frame);
  ffh_points_call(frame, ffh_sched_leave());
  now.in_flight &= ~(UINT64_C(1) << frame->lane);
  ffh_collect_outcome(frame);
  ffh_admit_leave(frame);
  now.result.calls++;
  ffh_verdict verdict;
  ffh_protocol_check(frame, &verdict);
  if (verdict.rule != FFH_RULE_NONE) {
    report_finding(&verdict, frame);
  }
  ffh_collect_handles(frame, variable_ended);
  ffh_arena_end_call(frame->index);
  record(frame);
  ffh_order_end_call();
}

/* ---- the lanes as the scheduler sees them ---- */

/* A call waits until the calls that make its handles have finished, well or badly. */
static bool is_ready(uint16_t index) {
  const ffh_call *call = &now.plan->calls[index];
  const ffh_value *values = ffh_plan_values(now.plan, call);
  const ffh_shape *shape = &self.shapes[call->function];
  for (ffh_slots left = shape->handles | shape->makes | shape->messages; left != 0;) {
    uint16_t variable = values[ffh_slots_next(&left)].variable;
    if (variable != FFH_NO_VARIABLE && now.plan->variables[variable].call != index &&
        ffh_handles_at(variable)->state == FFH_HANDLE_UNBORN) {
      return false;
    }
  }
  return true;
}

static uint64_t enabled_lanes(void *context) {
  (void)context;
  uint64_t enabled = 0;
  for (uint64_t left = now.waiting; left != 0; left &= left - 1) {
    unsigned lane = (unsigned)__builtin_ctzll(left);
    const lane_queue *queue = &now.queues[lane];
    if (is_ready(queue->calls[queue->next])) {
      enabled |= UINT64_C(1) << lane;
    }
  }
  /* The earliest unfinished call needs only earlier ones. */
  FFH_ASSERT(enabled != 0 || now.waiting == 0 || now.in_flight != 0);
  return enabled;
}

static void take_step(void *context, unsigned lane) {
  (void)context;
  lane_queue *queue = &now.queues[lane];
  uint16_t index = queue->calls[queue->next++];
  if (queue->next == queue->count) {
    now.waiting &= ~(UINT64_C(1) << lane);
  }
  const ffh_call *call = &now.plan->calls[index];
  ffh_frame *frame = &now.frames[lane];
  now.used |= UINT64_C(1) << lane;
  frame->plan = now.plan;
  frame->call = call;
  frame->function = ffh_plan_function(now.plan, call);
  frame->shape = &self.shapes[call->function];
  frame->values = ffh_plan_values(now.plan, call);
  frame->index = index;
  frame->lane = (uint8_t)lane;
  take(frame);
}

/* ---- teardown: what the plan left alive goes in contract order ---- */

typedef struct teardown {
  uint16_t variable;
  uint16_t index;
  bool taken;
} teardown;

static bool set_destroy_values(const ffh_function *function, uint16_t variable, ffh_value *values) {
  const ffh_handle *handle = ffh_handles_at(variable);
  const uint16_t ending = FFH_SLOT_CONSUMES | FFH_SLOT_CONSUMES_ON_SUCCESS | FFH_SLOT_RELEASES;
  uint16_t ended = FFH_NONE;
  for (uint16_t i = 0; i < function->n_slots; i++) {
    const ffh_slot *slot = &function->slots[i];
    values[i] = (ffh_value){.variable = FFH_NO_VARIABLE, .defines = FFH_NO_VARIABLE};
    if (slot->kind == FFH_KIND_HANDLE && slot->handle_type == handle->type &&
        (slot->flags & ending) != 0 && ended == FFH_NONE) {
      ended = i;
      values[i].variable = variable;
    }
  }
  for (uint16_t i = 0; i < function->n_slots && ended != FFH_NONE; i++) {
    if (function->slots[i].kind == FFH_KIND_HANDLE && function->slots[i].parent_of == ended) {
      values[i].variable = handle->parent;
    }
  }
  return ended != FFH_NONE;
}

static void destroy_one(void *context) {
  teardown *job = context;
  static ffh_value values[FFH_MAX_SLOTS];
  const ffh_handle *handle = ffh_handles_at(job->variable);
  const ffh_function *function =
      &self.target->functions[self.target->handle_types[handle->type].destroy_fn];
  if (!set_destroy_values(function, job->variable, values)) {
    return;
  }
  ffh_frame *frame = &now.frames[ffh_sched_current_lane()];
  now.used |= UINT64_C(1) << ffh_sched_current_lane();
  frame->plan = now.plan;
  frame->call = NULL;
  frame->function = function;
  frame->shape = &self.shapes[function - self.target->functions];
  frame->values = values;
  frame->index = job->index;
  frame->lane = (uint8_t)ffh_sched_current_lane();
  take(frame);
  job->taken = frame->outcome != FFH_OUTCOME_SKIPPED;
}

static unsigned destroying_lane(const ffh_handle *handle) {
  const ffh_handle_type *type = &self.target->handle_types[handle->type];
  if (type->threading == FFH_THREADING_ROLE) {
    return type->role % now.plan->schedule.lanes;
  }
  return type->threading == FFH_THREADING_CONFINED ? handle->owner : 0;
}

static bool can_go(uint16_t variable) {
  const ffh_handle *handle = ffh_handles_at(variable);
  return handle->state == FFH_HANDLE_LIVE && handle->keepers == 0 &&
         self.target->handle_types[handle->type].destroy_fn != FFH_NONE &&
         ffh_handles_dependants_may_end(variable);
}

/* Newest first, again and again until nothing more can go: what a handle keeps follows it. */
static void tear_down(void) {
  now.phase = "teardown";
  ffh_handles_no_more_calls();
  uint16_t index = now.plan->n_calls;
  bool progress = true;
  while (progress) {
    progress = false;
    for (uint16_t i = ffh_handles_count(); i-- > 0;) {
      if (can_go(i)) {
        teardown job = {.variable = i, .index = index++};
        ffh_sched_on_lane(destroying_lane(ffh_handles_at(i)), destroy_one, &job);
        progress = progress || job.taken;
      }
    }
  }
  for (uint16_t i = 0; i < ffh_handles_count(); i++) {
    ffh_handle *handle = ffh_handles_at(i);
    if (handle->state == FFH_HANDLE_LIVE &&
        self.target->handle_types[handle->type].destroy_fn != FFH_NONE) {
      now.result.leftover++;
    }
  }
}

/* ---- one input ---- */

static void queue_calls(const ffh_plan *plan) {
  for (unsigned i = 0; i < plan->schedule.lanes; i++) {
    now.queues[i].next = now.queues[i].count = 0;
  }
  now.waiting = 0;
  for (uint16_t i = 0; i < plan->n_calls; i++) {
    lane_queue *queue = &now.queues[plan->calls[i].lane];
    queue->calls[queue->count++] = i;
    now.waiting |= UINT64_C(1) << plan->calls[i].lane;
  }
}

static void reset_now(void *context) {
  (void)context;
  if (ffh_target_reset != NULL) {
    ffh_target_reset(ffh_privatedir_path());
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
  for (uint64_t left = now.used; left != 0; left &= left - 1) {
    ffh_bytes_fill(&now.frames[__builtin_ctzll(left)], 0, sizeof now.frames[0]);
  }
  now.used = 0;
}

static void check_leaks(void) {
  now.phase = "leak check";
  bool complete = now.result.leftover == 0;
  forget_pointers();
  if (complete && ffh_leak_end_input(self.options.check_every_leak)) {
    ffh_verdict verdict = {.rule = FFH_LEAK, .slot = FFH_NONE, .message = "memory is left"};
    report_finding(&verdict, NULL);
  }
}

/* ---- what the scheduler finds ---- */

static const ffh_rule fault_rules[] = {
    [FFH_FAULT_DEADLOCK] = FFH_DEADLOCK,
    [FFH_FAULT_LOST_WAKEUP] = FFH_LOST_WAKEUP,
    [FFH_FAULT_SELF_DEADLOCK] = FFH_SELF_DEADLOCK,
    [FFH_FAULT_LIVELOCK] = FFH_LIVELOCK,
    [FFH_FAULT_LOCK_FREED] = FFH_LOCK_FREED,
    [FFH_FAULT_UNLOCK_NOT_OWNER] = FFH_UNLOCK_NOT_OWNER,
    [FFH_FAULT_LOCK_HELD] = FFH_LOCK_HELD,
    [FFH_FAULT_THREAD_LEFT] = FFH_THREAD_LEFT,
};

static const char *const fault_texts[] = {
    [FFH_FAULT_DEADLOCK] = "no thread can go on",
    [FFH_FAULT_LOST_WAKEUP] = "no thread can go on, and a wake-up came while nobody waited",
    [FFH_FAULT_SELF_DEADLOCK] = "the thread waits for a lock that it holds itself",
    [FFH_FAULT_LIVELOCK] = "threads run without getting anywhere",
    [FFH_FAULT_LOCK_FREED] = "a lock in memory that is not allocated any more was used",
    [FFH_FAULT_UNLOCK_NOT_OWNER] = "a lock was released by a thread that does not hold it",
    [FFH_FAULT_LOCK_HELD] = "a lock was destroyed while it was held",
    [FFH_FAULT_THREAD_LEFT] = "a thread is left running after everything was destroyed",
};

static void on_fault(void *context, ffh_sched_fault fault, const char *what, const void *object) {
  (void)context;
  (void)object;
  ffh_verdict verdict = {.rule = fault_rules[fault], .slot = FFH_NONE};
  ffh_out text = {verdict.message, 0, sizeof verdict.message, false};
  ffh_out_str(&text, fault_texts[fault]);
  if (what != NULL) {
    ffh_out_str(&text, " (in ");
    ffh_out_str(&text, what);
    ffh_out_str(&text, ")");
  }
  int lane = ffh_sched_current_lane();
  const ffh_frame *frame = NULL;
  if (lane >= 0 && now.frames[lane].outcome == FFH_OUTCOME_DIED) {
    frame = &now.frames[lane];
  } else if (now.in_flight != 0) {
    frame = &now.frames[__builtin_ctzll(now.in_flight)];
  }
  report_finding(&verdict, frame);
}

static ffh_run_result run_once(const ffh_plan *plan) {
  FFH_ASSERT(self.target != NULL && now.phase == NULL);
  now.plan = plan;
  now.n_events = 0;
  now.result = (ffh_run_result){.decoded = FFH_DECODE_OK};
  now.phase = "start";
  ffh_sched_client client = {.enabled = enabled_lanes, .step = take_step, .fault = on_fault};
  ffh_sched_begin(&plan->schedule, &client);
  reset_target();
  ffh_order_begin_input();
  ffh_handles_reset(plan->n_variables);
  queue_calls(plan);
  ffh_feedback_begin_input();
  now.phase = "call";
  ffh_leak_begin_input();
  unsigned threads = ffh_sched_adopted();
  ffh_sched_run();
  tear_down();
  ffh_sched_settle();
  now.result.threads_left = ffh_sched_adopted() - threads;
  ffh_arena_end_input();
  ffh_order_end_input();
  reset_target();
  check_leaks();
  ffh_sched_outcome outcome = ffh_sched_end();
  now.result.switches = outcome.switches;
  now.result.points = outcome.points;
  now.result.trace = outcome.trace;
  now.result.not_controlled = outcome.not_controlled;
  ffh_stats()->runs++;
  ffh_stats()->switches += outcome.switches;
  now.phase = NULL;
  return now.result;
}

/* A thread that is left once may be there for good; one more each time is lost. */
static ffh_run_result run_plan(const ffh_plan *plan) {
  ffh_run_result result = run_once(plan);
  if ((int32_t)result.threads_left > 0 && result.leftover == 0) {
    ffh_run_result again = run_once(plan);
    if ((int32_t)again.threads_left > 0) {
      now.phase = "after teardown";
      on_fault(NULL, FFH_FAULT_THREAD_LEFT, NULL, NULL);
    }
  }
  return result;
}

ffh_run_result ffh_run_plan(const ffh_plan *plan) {
  return run_plan(plan);
}

ffh_run_result ffh_run_input(const uint8_t *data, size_t size) {
  ffh_decode_result decoded = ffh_plan_decode(self.target, data, size, self.decoded);
  if (decoded != FFH_DECODE_OK) {
    return (ffh_run_result){.decoded = decoded};
  }
  return run_plan(self.decoded);
}

/* ---- start and stop ---- */

static bool is_lane(void) {
  return ffh_sched_current_lane() >= 0;
}

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
  self.target = target;
  self.options = *options;
  self.shapes = ffh_shape_all(target);
  self.decoded = ffh_plan_new();
  self.report = mmap(NULL, REPORT_BYTES + FFH_MAX_TEXT, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  FFH_ASSERT(self.report != MAP_FAILED);
  self.scratch = self.report + REPORT_BYTES;
  ffh_sched_pin(options->core);
  ffh_arena_start();
  ffh_args_set_directory(ffh_privatedir_path());
  ffh_leak_start(is_lane);
  ffh_run_target_call(target, FFH_FN_INIT);
  return true;
}

const char *ffh_run_directory(void) {
  return ffh_privatedir_path();
}

void ffh_run_finish(void) {
  static bool finished;
  if (self.target != NULL && now.phase == NULL && !finished) {
    finished = true;
    now.phase = "fini";
    ffh_run_target_call(self.target, FFH_FN_FINI);
    now.phase = NULL;
  }
  ffh_run_stop();
}

void ffh_run_stop(void) {
  ffh_privatedir_remove();
}
