#include "sched/sched.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "sched/choices.h"
#include "sched/core.h"
#include "sched/lanes.h"
#include "sched/trace.h"

enum { CLOCK_START_S = 1000 };

ffh_sched_core ffh_core;
ffh_thread ffh_threads[FFH_SET_SIZE];

/* Keeps the files that stand before libc in every executable. */
#define FFH_MODEL_FILES(X) \
  X(adopt) X(names) X(mutex) X(c11) X(cond) X(barrier) X(futex) X(clock) X(io) X(memory)
#define DECLARE(name) void ffh_model_##name(void);
FFH_MODEL_FILES(DECLARE)
#define LIST(name) ffh_model_##name,
__attribute__((used)) static void (*const model_files[])(void) = {FFH_MODEL_FILES(LIST)};

ffh_thread *ffh_thread_at(unsigned index) {
  return &ffh_threads[index];
}

/* ---- steps ---- */

/* The lane is between two steps: what it did last is no part of what follows. */
static void rest(ffh_thread *self) {
  self->op = FFH_OP_CALL;
  self->object = NULL;
  self->what = NULL;
  self->pc = 0;
}

static void end_step(ffh_thread *self, unsigned lane) {
  ffh_core.in_step &= ~(UINT64_C(1) << lane);
  ffh_set_remove(&ffh_core.ready, lane);
  self->state = FFH_THREAD_IDLE;
  rest(self);
}

/* Takes the lane's next step and returns who goes on. */
static unsigned take_step(unsigned lane) {
  ffh_thread *self = &ffh_threads[lane];
  uint64_t bit = UINT64_C(1) << lane;
  ffh_core.in_step |= bit;
  ffh_core.idle = 0;
  ffh_set_add(&ffh_core.ready, lane);
  self->state = FFH_THREAD_READY;
  self->deadline_ns = FFH_NO_DEADLINE;
  if (ffh_core.mode == FFH_MODE_JOB) {
    ffh_core.next_steps = 0;
    ffh_core.job(ffh_core.job_context);
  } else {
    ffh_core.client->step(ffh_core.client->context, lane);
  }
  end_step(self, lane);
  ffh_points_count(self);
  if (ffh_core.mode == FFH_MODE_CLIENT) {
    ffh_core.next_steps = ffh_core.client->enabled(ffh_core.client->context);
  }
  ffh_points_tell(self);
  if (ffh_core.left >= 0 && (ffh_core.next_steps & bit) != 0) {
    return lane;
  }
  return ffh_turn_next(lane);
}

void ffh_lane_serve(unsigned lane) {
  ffh_thread *self = &ffh_threads[lane];
  for (;;) {
    ffh_turn_await(self);
    unsigned next = lane;
    while (next == lane) {
      next = take_step(lane);
    }
    ffh_turn_pass(self, next);
  }
}

static void run_until_over(ffh_mode how) {
  FFH_ASSERT(ffh_core.mode == FFH_MODE_NONE && ffh_core.client != NULL && ffh_self == NULL);
  ffh_core.mode = how;
  ffh_core.over = false;
  ffh_choices_asked();
  unsigned next = ffh_turn_next(0);
  while (next != FFH_TURN_OVER) {
    if (next == 0) {
      next = take_step(0);
      continue;
    }
    ffh_turn_pass(&ffh_threads[0], next);
    ffh_turn_await(&ffh_threads[0]);
    next = ffh_core.over ? FFH_TURN_OVER : 0;
  }
  ffh_core.mode = FFH_MODE_NONE;
}

static const ffh_policy_ops *const policies[FFH_POLICY_COUNT] = {
    [FFH_POLICY_RANDOM] = &ffh_policy_random, [FFH_POLICY_PCT] = &ffh_policy_pct,
    [FFH_POLICY_POS] = &ffh_policy_pos,       [FFH_POLICY_SURW] = &ffh_policy_surw,
    [FFH_POLICY_FIXED] = &ffh_policy_fixed,
};

void ffh_sched_begin(const ffh_schedule *schedule, const ffh_sched_client *client) {
  FFH_ASSERT(schedule->lanes >= 1 && schedule->lanes <= FFH_MAX_LANES);
  FFH_ASSERT(ffh_core.client == NULL && schedule->policy < FFH_POLICY_COUNT);
  ffh_lanes_begin();
  ffh_core.client = client;
  ffh_core.policy = policies[schedule->policy];
  ffh_core.policy_run = (ffh_policy_run){.schedule = schedule, .prng = {schedule->seed}};
  ffh_core.draws = (ffh_prng){~(uint64_t)schedule->seed};
  ffh_core.sync = schedule->granularity >= FFH_GRANULARITY_SYNC;
  ffh_core.many = schedule->lanes > 1 || ffh_sched_adopted() > 0;
  ffh_core.memory = schedule->granularity >= FFH_GRANULARITY_MEMORY;
  ffh_core.next_switch = ffh_core.streak_start = ffh_core.idle = 0;
  ffh_core.next_steps = ffh_core.in_step = 0;
  ffh_core.stuck = NULL;
  ffh_core.left = -1;
  ffh_core.epoch_ns = ffh_core.clock_ns;
  ffh_core.rotor = 0;
  ffh_core.number++;
  ffh_core.outcome = (ffh_sched_outcome){0};
  ffh_wasted_clear(&ffh_core.wasted);
  ffh_bytes_fill(ffh_core.passed, 0, sizeof ffh_core.passed);
  ffh_trace_begin();
  ffh_choices_begin();
  ffh_core.policy->begin(&ffh_core.policy_run);
  for (unsigned i = 0; i < schedule->lanes; i++) {
    ffh_lanes_start(i); /* here: a thread is ordered after what its creator did before */
    ffh_core.policy->born(&ffh_core.policy_run, i);
  }
  for (unsigned i = FFH_SET_ADOPTED; i < FFH_SET_SIZE; i++) {
    if (ffh_threads[i].started) {
      ffh_core.policy->born(&ffh_core.policy_run, i);
    }
  }
}

void ffh_sched_run(void) {
  ffh_core.next_steps = ffh_core.client->enabled(ffh_core.client->context);
  run_until_over(FFH_MODE_CLIENT);
}

void ffh_sched_on_lane(unsigned lane, void (*fn)(void *context), void *context) {
  FFH_ASSERT(lane < FFH_MAX_LANES);
  ffh_core.job = fn;
  ffh_core.job_context = context;
  ffh_core.next_steps = UINT64_C(1) << lane;
  run_until_over(FFH_MODE_JOB);
}

void ffh_sched_quietly(void (*fn)(void *context), void *context) {
  ffh_core.quiet = true;
  ffh_lanes_begin();
  ffh_become(&ffh_threads[0]);
  ffh_points_publish();
  fn(context);
  ffh_become(NULL);
  rest(&ffh_threads[0]);
  ffh_core.quiet = false;
}

void ffh_sched_enter(const char *function) {
  ffh_thread *self = &ffh_threads[ffh_sched_current_lane()];
  ffh_become(self);
  self->what = function;
  self->pc = 0;
  self->frame = (uintptr_t)__builtin_frame_address(0);
  ffh_points_publish();
  ffh_point(FFH_OP_CALL, NULL);
  ffh_core.enter_points = ffh_core.policy_run.points;
  ffh_core.enter_switches = ffh_core.outcome.switches;
}

uint32_t ffh_sched_leave(void) {
  ffh_thread *self = ffh_self;
  self->what = "return";
  self->pc = 0;
  ffh_point(FFH_OP_CALL, NULL);
  ffh_points_fold();
  ffh_become(NULL);
  ffh_budget = INT64_MAX;
  bool alone = ffh_core.outcome.switches == ffh_core.enter_switches;
  return alone ? ffh_core.policy_run.points - ffh_core.enter_points : 0;
}

void ffh_sched_settle(void) {
  if (!ffh_set_is_empty(&ffh_core.ready)) {
    ffh_core.settle_end = ffh_core.policy_run.points + FFH_MAX_SETTLE;
    run_until_over(FFH_MODE_SETTLE);
  }
}

void ffh_sched_give_up(void) {
  ffh_become(NULL);
  ffh_budget = INT64_MAX;
  end_step(&ffh_threads[0], 0);
  ffh_core.mode = FFH_MODE_NONE;
}

void ffh_sched_settle_for_good(void) {
  FFH_ASSERT(ffh_self == &ffh_threads[0]);
  (void)ffh_sched_leave();
  ffh_sched_give_up();
  ffh_sched_settle();
}

ffh_sched_outcome ffh_sched_end(void) {
  ffh_core.outcome.points = ffh_core.policy_run.points;
  ffh_core.outcome.trace = ffh_trace_value();
  ffh_core.client = NULL;
  return ffh_core.outcome;
}

/* ---- the rest ---- */

uint64_t ffh_now_ns(void) {
  return ffh_core.clock_ns;
}

uint64_t ffh_clock_ns(void) {
  return UINT64_C(1000000000) * CLOCK_START_S + ffh_core.clock_ns - ffh_core.epoch_ns;
}

void ffh_advance_ns(uint64_t ns) {
  ffh_core.clock_ns += ns;
  ffh_wake_expired();
}

uint64_t ffh_draw(void) {
  return ffh_prng_next(&ffh_core.draws);
}

void ffh_fault(ffh_sched_fault fault, const void *object) {
  ffh_turn_fault(fault, ffh_self == NULL ? NULL : ffh_self->what, object);
}

void ffh_not_controlled(const char *what) {
  if (ffh_core.outcome.not_controlled == NULL) {
    ffh_core.outcome.not_controlled = what;
  }
}

uint32_t ffh_sched_points(void) {
  if (ffh_self != NULL) {
    ffh_points_fold();
  }
  return ffh_core.policy_run.points;
}

uint32_t ffh_sched_thread_points(unsigned thread) {
  return ffh_core.passed[thread];
}

uint64_t ffh_sched_trace_value(void) {
  return ffh_trace_value();
}

const char *ffh_sched_not_controlled(void) {
  return ffh_core.outcome.not_controlled;
}

/* Who the calling thread was before it was let go. */
static _Thread_local int abandoned __attribute__((tls_model("initial-exec"))) = -1;

int ffh_sched_current_thread(void) {
  return ffh_self == NULL ? abandoned : ffh_self->index;
}

void ffh_sched_abandon(void) {
  if (ffh_self != NULL) {
    abandoned = ffh_self->index;
    ffh_become(NULL);
  }
  ffh_budget = INT64_MAX;
}
