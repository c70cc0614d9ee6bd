/* The end of a run that has found something: who was where, told as one line of JSON. */
#include <string.h>

#include "base/asan.h"
#include "boundary/arena.h"
#include "boundary/handles.h"
#include "check/failing.h"
#include "hooks/race.h"
#include "plan/thread.h"
#include "report/json.h"
#include "report/stats.h"
#include "run/state.h"
#include "sched/events.h"

/* ---- findings ---- */

static const char *thread_name(void) {
  static char name[32];
  int stuck = ffh_sched_stuck_thread();
  int thread = stuck < 0 ? ffh_sched_current_thread() : stuck;
  int lane = stuck < 0 ? ffh_sched_current_lane() : -1;
  ffh_out out = {name, 0, sizeof name, false};
  if (thread < 0 && lane < 0) {
    return "a thread of the library";
  }
  ffh_thread_name named = (ffh_thread_name)(lane >= 0 ? lane : thread);
  ffh_out_str(&out, ffh_thread_is_lane(named) ? "lane " : "thread ");
  ffh_thread_print(&out, named);
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
  empty.target = ffh_setup.target;
  ffh_finding finding = {.plan = ffh_now.plan == NULL ? &empty : ffh_now.plan,
                         .verdict = verdict,
                         .frame = frame,
                         .region = region,
                         .lanes = ffh_now.frames,
                         .events = ffh_now.events,
                         .n_events = ffh_now.n_events,
                         .trace = ffh_sched_trace_value(),
                         .waits = waits,
                         .n_waits = n_waits,
                         .accesses = accesses,
                         .n_accesses = n_accesses,
                         .symbolize = symbolize,
                         .not_controlled = ffh_sched_not_controlled(),
                         .phase = ffh_now.phase == NULL ? "between inputs" : ffh_now.phase,
                         .thread = thread_name()};
  ffh_report_json(&finding, ffh_setup.scratch, FFH_MAX_TEXT, out);
}

/* Whatever goes wrong while the process leaves is one rule; which other it would be is told. */
static void at_exit(ffh_verdict *verdict) {
  if (!ffh_run_is_leaving()) {
    return;
  }
  static ffh_verdict said;
  said = *verdict;
  verdict->rule = FFH_EXIT_CRASH;
  verdict->slot = FFH_NONE;
  ffh_out text = {verdict->message, 0, sizeof verdict->message, false};
  ffh_out_str(&text, "the process was leaving by exit()");
  if (said.message[0] != '\0') {
    ffh_out_str(&text, ": ");
    ffh_out_str(&text, said.message);
  }
  if (said.rule != FFH_RULE_NONE) {
    ffh_out_str(&text, " (");
    ffh_out_str(&text, ffh_rule_infos[said.rule].id);
    ffh_out_char(&text, ')');
  }
}

/* That the caller has moved an object, where the contract lets it, may be what is wrong. */
static void add_moves(const ffh_frame *frame, ffh_verdict *verdict) {
  for (uint16_t i = 0; frame != NULL && i < frame->function->n_slots; i++) {
    uint16_t variable = frame->values[i].variable;
    if (frame->function->slots[i].kind != FFH_KIND_HANDLE || variable >= ffh_handles_count() ||
        ffh_handles_at(variable)->moves == 0 || verdict->n_evidence == FFH_MAX_EVIDENCE) {
      continue;
    }
    ffh_evidence *evidence = &verdict->evidence[verdict->n_evidence++];
    ffh_out out = {evidence->title, 0, sizeof evidence->title, false};
    evidence->n_frames = 0;
    ffh_out_str(&out, "h");
    ffh_out_unsigned(&out, variable);
    ffh_out_str(&out, " had been moved by bytes before, as FFH_RELOCATABLE allows; times: ");
    ffh_out_unsigned(&out, ffh_handles_at(variable)->moves);
  }
}

/* Where allocations had been made to fail, in the call that it is about. */
static void add_failing(const ffh_frame *frame, ffh_verdict *verdict) {
  if (frame != NULL) {
    ffh_failing_evidence(&frame->failing, verdict);
  }
}

__attribute__((noreturn)) static void report(const ffh_verdict *given, const ffh_frame *frame,
                                             const ffh_region *region) {
  ffh_run_child_end();
  /* What is told goes through libc, where nobody else may run: locks of ours may be held. */
  ffh_sched_abandon();
  static ffh_verdict told;
  const ffh_verdict *verdict = &told;
  told = *given;
  ffh_run_count();
  at_exit(&told);
  add_failing(frame, &told);
  add_moves(frame, &told);
  ffh_stats()->findings++;
  ffh_out out = {ffh_setup.report, 0, FFH_RUN_REPORT_BYTES, false};
  describe(verdict, frame, region, true, &out);
  ffh_setup.options.on_finding(out.text, out.size);
  ffh_internal(__FILE_NAME__, __LINE__, "on_finding returned");
}

void ffh_run_report(const ffh_verdict *verdict, const ffh_frame *frame) {
  report(verdict, frame, NULL);
}

static const void *faulted; /* where a signal says that memory is not to be had */

void ffh_run_faulted(const void *address) {
  faulted = address;
}

/* What borrows that have ended found out about code that no sanitizer sees. */
void ffh_run_check_arguments(const ffh_frame *frame) {
  const ffh_region *region;
  ffh_breach breach = ffh_arena_breach(&region);
  if (breach == FFH_BREACH_NONE) {
    return;
  }
  bool own = frame != NULL && frame->index == region->call;
  ffh_verdict verdict = {.rule = breach == FFH_BREACH_CHANGED ? FFH_CONST_WRITE : FFH_ARG_BOUNDS,
                         .slot = own ? region->slot : FFH_NONE};
  static const char *const texts[] = {
      [FFH_BREACH_BEFORE] = "wrote before the start of an argument of ",
      [FFH_BREACH_BEHIND] = "wrote behind the end of an argument of ",
      [FFH_BREACH_CHANGED] = "changed an input that it takes as const and keeps, of "};
  ffh_out message = {verdict.message, 0, sizeof verdict.message, false};
  ffh_out_str(&message, texts[breach]);
  ffh_out_unsigned(&message, region->size);
  ffh_out_str(&message, " bytes");
  report(&verdict, frame, region);
}

/* A sanitizer report about an argument's memory is ours to explain. */
static const ffh_region *guilty_region(ffh_verdict *verdict) {
  bool reported = __asan_report_present != NULL && __asan_report_present() != 0;
  const void *address = reported ? __asan_get_report_address() : NULL;
  address = address == NULL ? faulted : address;
  if (verdict->rule != FFH_RULE_NONE) {
    return NULL;
  }
  const ffh_region *region = ffh_arena_find(address);
  if (region != NULL) {
    verdict->rule = region->live    ? FFH_ARG_BOUNDS
                    : region->moved ? FFH_RELOCATION
                                    : FFH_BORROW_KEPT;
    verdict->slot = region->slot;
    ffh_out message = {verdict->message, 0, sizeof verdict->message, false};
    ffh_out_str(&message, region->live ? "accessed memory outside an argument of "
                          : region->moved
                              ? "accessed the memory that an object had been moved away from, of "
                              : "accessed an argument after its borrow had ended, of ");
    ffh_out_unsigned(&message, region->size);
    ffh_out_str(&message, " bytes");
  }
  return region;
}

void ffh_run_describe(const char *rule, const char *message, ffh_out *out) {
  ffh_run_count();
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
  if (lane >= 0 && ffh_now.frames[lane].outcome == FFH_OUTCOME_DIED) {
    frame = &ffh_now.frames[lane];
  } else if (lane >= 0) {
    frame = ffh_now.read;
  }
  const ffh_region *region = guilty_region(&verdict);
  if (region != NULL && (frame == NULL || region->call != frame->index)) {
    verdict.slot = FFH_NONE; /* a parameter of another call, which the region names */
  }
  at_exit(&verdict);
  add_failing(frame, &verdict);
  add_moves(frame, &verdict);
  describe(&verdict, frame, region, false, out);
}

bool ffh_run_is_active(void) {
  return ffh_now.phase != NULL;
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

void ffh_run_fault(void *context, ffh_sched_fault fault, const char *what, const void *object) {
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
  int stuck = ffh_sched_stuck_thread();
  int lane = stuck >= 0 && stuck < FFH_MAX_LANES ? stuck : ffh_sched_current_lane();
  const ffh_frame *frame = NULL;
  if (lane >= 0 && ffh_now.frames[lane].outcome == FFH_OUTCOME_DIED) {
    frame = &ffh_now.frames[lane];
  } else if (ffh_now.in_flight != 0) {
    frame = &ffh_now.frames[__builtin_ctzll(ffh_now.in_flight)];
  }
  ffh_run_report(&verdict, frame);
}
