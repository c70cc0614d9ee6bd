/* What the scheduler's own files share beyond thread.h. */
#ifndef FFH_SCHED_CORE_H
#define FFH_SCHED_CORE_H

#include "sched/policy.h"
#include "sched/shared.h"
#include "sched/thread.h"

/* Points that instrumented code may pass before it has to ask; counted down by memory.c. */
extern _Thread_local int64_t ffh_budget __attribute__((tls_model("initial-exec")));

/* The budget is used up, at this access. */
void ffh_memory_point(ffh_op op, const void *address, uintptr_t pc);

/* adopt.c: waits until the kernel has taken the thread away. */
void ffh_adopt_bury(ffh_thread *dead);

/* adopt.c: whether a cancellation of the calling thread would act. */
bool ffh_cancel_is_enabled(void);

/* io.c: whether the operation that the thread is blocked in would not block now; with `outside`,
 * after a while, and the run is marked. */
bool ffh_io_is_ready(ffh_thread *thread, bool outside);

/* outside.c: whether only this process can end an I/O wait. */
bool ffh_io_is_inside(const ffh_thread *thread);

/* sched.c: takes steps of the lane for ever. */
__attribute__((noreturn)) void ffh_lane_serve(unsigned lane);
unsigned ffh_sched_running(void);

/* ---- objects on which a wake-up found nobody ---- */

enum { FFH_WASTED_SLOTS = 256 };

typedef struct ffh_wasted {
  const void *objects[FFH_WASTED_SLOTS];
  unsigned n;
} ffh_wasted;

static inline void ffh_wasted_clear(ffh_wasted *wasted) {
  wasted->n = 0;
}

static inline bool ffh_wasted_has(const ffh_wasted *wasted, const void *object) {
  for (unsigned i = 0; i < wasted->n; i++) {
    if (wasted->objects[i] == object) {
      return true;
    }
  }
  return false;
}

static inline void ffh_wasted_add(ffh_wasted *wasted, const void *object) {
  if (!ffh_wasted_has(wasted, object)) {
    wasted->objects[wasted->n % FFH_WASTED_SLOTS] = object;
    wasted->n += wasted->n < FFH_WASTED_SLOTS;
  }
}

/* ---- the state of the scheduler ---- */

enum { FFH_TURN_OVER = FFH_SET_SIZE }; /* nobody goes on: what was to be run is done */

/* Who takes steps now: the client's lanes, one lane with a job, or only the library's threads. */
typedef enum ffh_mode {
  FFH_MODE_NONE = 0,
  FFH_MODE_CLIENT,
  FFH_MODE_JOB,
  FFH_MODE_SETTLE
} ffh_mode;

typedef struct ffh_sched_core {
  const ffh_sched_client *client;
  const ffh_policy_ops *policy;
  ffh_policy_run policy_run;
  ffh_prng draws; /* of the models, apart from the policy's */
  ffh_mode mode;
  bool over, memory, sync;
  bool quiet; /* nothing counts */
  uint32_t enter_points, enter_switches;
  bool many;           /* more than one thread can run in this input */
  uint64_t next_steps; /* idle lanes that have a step they can take */
  uint64_t in_step;    /* lanes inside one */
  ffh_set ready, blocked;
  int64_t left, granted; /* points until somebody has to choose; as told to ffh_budget */
  uint32_t next_switch, streak_start, idle, settle_end, step_start;
  uint64_t clock_ns, epoch_ns; /* virtual time, and when this input began */
  uint64_t order;              /* a number for each block */
  bool io_happened;
  ffh_thread *dying;
  const ffh_thread *stuck; /* who a fault names when nobody can go on; NULL: no such fault */
  unsigned rotor;          /* where the search for a free slot begins */
  void (*job)(void *context);
  void *job_context;
  uint32_t number;               /* of the input */
  uint32_t passed[FFH_SET_SIZE]; /* points, by thread */
  ffh_sched_outcome outcome;
  ffh_wasted wasted;
} ffh_sched_core;

/* Of the present input, and what lives on between inputs. */
extern ffh_sched_core ffh_core;
extern ffh_thread ffh_threads[FFH_SET_SIZE];

/* ---- counting points ---- */

/* What instrumented code has counted down since ffh_budget was set. */
static inline void ffh_points_fold(void) {
  if (ffh_core.memory && !ffh_core.quiet) {
    int64_t used = ffh_core.granted - ffh_budget;
    ffh_core.policy_run.points += (uint32_t)used;
    ffh_core.passed[ffh_self->index] += (uint32_t)used;
    ffh_core.left -= used;
    ffh_core.granted = ffh_budget;
  }
}

static inline void ffh_points_publish(void) {
  const ffh_thread *self = ffh_self;
  ffh_shared_self = ffh_core.memory && !ffh_core.quiet && ffh_core.many && self != NULL
                        ? ffh_core.number << 8 | (self->index + 1u)
                        : 0;
  if (ffh_core.memory && !ffh_core.quiet && self != NULL) {
    ffh_budget = ffh_core.granted = ffh_core.left;
  } else {
    ffh_budget = INT64_MAX;
  }
}

static inline void ffh_points_count(const ffh_thread *self) {
  ffh_core.policy_run.points++;
  ffh_core.passed[self->index]++;
  ffh_core.left--;
}

/* ---- turn.c: who goes on ---- */

/* The thread to run now, or FFH_TURN_OVER. Advances time, and ends in a finding, when there is
 * none. */
unsigned ffh_turn_next(unsigned current);
/* Gives the baton away; the caller waits for it, or ends. */
void ffh_turn_pass(const ffh_thread *from, unsigned next);
void ffh_turn_await(ffh_thread *self);
void ffh_turn_switch(ffh_thread *self, unsigned next);
__attribute__((noreturn)) void ffh_turn_fault(ffh_sched_fault fault, const char *what,
                                              const void *object);

/* waits.c: the first of threads that wait in a ring for locks that the next one holds; NULL: no
 * such ring. */
ffh_thread *ffh_waits_cycle(void);

/* ---- point.c ---- */

/* How many points the thread may pass before somebody has to choose. */
void ffh_points_grant(unsigned thread);
/* The policy hears what the thread is about to do. */
void ffh_points_tell(const ffh_thread *self);

/* ---- wake.c ---- */

/* Those whose deadline has come. */
void ffh_wake_expired(void);
/* A turn that brings nobody further. */
void ffh_count_idle(void);

#endif
