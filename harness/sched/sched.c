#include "sched/sched.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/syscall.h"
#include "sched/choices.h"
#include "sched/core.h"
#include "sched/lanes.h"
#include "sched/models.h"
#include "sched/policy.h"
#include "sched/shared.h"
#include "sched/trace.h"

enum { OVER = FFH_SET_SIZE, CLOCK_START_S = 1000 };

_Thread_local ffh_thread *ffh_self;
_Thread_local int64_t ffh_budget;

static ffh_thread threads[FFH_SET_SIZE];

/* Who takes steps now: the client's lanes, one lane with a job, or only the library's threads. */
typedef enum mode { MODE_NONE = 0, MODE_CLIENT, MODE_JOB, MODE_SETTLE } mode;

static struct {
  const ffh_sched_client *client;
  const ffh_policy_ops *policy;
  ffh_policy_run policy_run;
  ffh_prng draws; /* of the models, apart from the policy's */
  mode mode;
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
  unsigned rotor; /* where the search for a free slot begins */
  void (*job)(void *context);
  void *job_context;
  uint32_t number;               /* of the input */
  uint32_t passed[FFH_SET_SIZE]; /* points, by thread */
  ffh_sched_outcome outcome;
  ffh_wasted wasted;
} run;

/* Keeps the files that stand before libc in every executable. */
#define FFH_MODEL_FILES(X) \
  X(adopt) X(mutex) X(c11) X(cond) X(barrier) X(futex) X(clock) X(io) X(memory)
#define DECLARE(name) void ffh_model_##name(void);
FFH_MODEL_FILES(DECLARE)
#define LIST(name) ffh_model_##name,
__attribute__((used)) static void (*const model_files[])(void) = {FFH_MODEL_FILES(LIST)};

static atomic_uint running; /* a copy for watchdogs; decides nothing */

ffh_thread *ffh_thread_at(unsigned index) {
  return &threads[index];
}

/* ---- the baton ---- */

static void wait_for_baton(ffh_thread *self) {
  while (atomic_load_explicit(&self->baton, memory_order_acquire) == 0) {
    long rc = ffh_syscall(SYS_futex, (long)&self->baton, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
    FFH_ASSERT(rc == 0 || rc == -EAGAIN || rc == -EINTR);
  }
  atomic_store_explicit(&self->baton, 0, memory_order_relaxed);
  atomic_store_explicit(&running, self->index, memory_order_relaxed);
  if (run.dying != NULL) {
    ffh_thread *dead = run.dying;
    run.dying = NULL;
    ffh_adopt_bury(dead);
  }
}

static void pass_baton(ffh_thread *to) {
  atomic_store_explicit(&to->baton, 1, memory_order_release);
  long rc = ffh_syscall(SYS_futex, (long)&to->baton, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
  FFH_ASSERT(rc >= 0);
}

/* ---- counting points ---- */

/* What instrumented code has counted down since ffh_budget was set. */
static void fold(void) {
  if (run.memory && !run.quiet) {
    int64_t used = run.granted - ffh_budget;
    run.policy_run.points += (uint32_t)used;
    run.passed[ffh_self->index] += (uint32_t)used;
    run.left -= used;
    run.granted = ffh_budget;
  }
}

static void publish(void) {
  const ffh_thread *self = ffh_self;
  ffh_shared_self = run.memory && !run.quiet && run.many && self != NULL
                        ? run.number << 8 | (self->index + 1u)
                        : 0;
  if (run.memory && !run.quiet && self != NULL) {
    ffh_budget = run.granted = run.left;
  } else {
    ffh_budget = INT64_MAX;
  }
}

static void count_point(const ffh_thread *self) {
  run.policy_run.points++;
  run.passed[self->index]++;
  run.left--;
}

static void grant(unsigned thread) {
  const ffh_schedule *schedule = run.policy_run.schedule;
  uint32_t points = run.policy_run.points;
  uint32_t n = run.policy->grant(&run.policy_run, thread);
  n = n < FFH_MAX_SOLO ? n : FFH_MAX_SOLO;
  if (run.next_switch < schedule->n_switches) {
    uint32_t until = schedule->switches[run.next_switch].step - points - 1;
    n = n < until ? n : until;
  }
  run.left = n;
}

/* ---- who goes on ---- */

static ffh_set enabled_now(void) {
  ffh_set enabled = run.ready;
  enabled.words[0] |= run.next_steps & ~run.in_step;
  return enabled;
}

static bool is_over(void) {
  if (run.mode == MODE_SETTLE) {
    return ffh_set_is_empty(&run.ready) || run.policy_run.points >= run.settle_end;
  }
  return run.next_steps == 0 && run.in_step == 0;
}

/* The schedule's own switches come before its policy. */
static unsigned choose(const ffh_set *enabled, unsigned current) {
  const ffh_schedule *schedule = run.policy_run.schedule;
  uint32_t points = run.policy_run.points;
  unsigned forced = OVER;
  while (run.next_switch < schedule->n_switches &&
         schedule->switches[run.next_switch].step <= points) {
    const ffh_switch *override = &schedule->switches[run.next_switch++];
    unsigned thread = override->thread;
    if (override->step == points && ffh_set_has(enabled, thread)) {
      forced = thread;
    }
  }
  if (forced != OVER) {
    return forced;
  }
  if (ffh_set_count(enabled) == 1) {
    return ffh_set_first(enabled);
  }
  if (points - run.streak_start >= FFH_MAX_SOLO) {
    run.policy->yielded(&run.policy_run, current);
    run.streak_start = points;
  }
  return run.policy->choose(&run.policy_run, enabled, current);
}

static void count_idle(void) {
  if (run.idle++ >= FFH_MAX_IDLE) {
    ffh_fault(FFH_FAULT_LIVELOCK, NULL);
  }
}

static void wake_expired(void) {
  for (ffh_set left = run.blocked; !ffh_set_is_empty(&left);) {
    ffh_thread *thread = &threads[ffh_set_take(&left)];
    if (thread->deadline_ns <= run.clock_ns) {
      ffh_wake_thread(thread, FFH_WAKE_TIMED_OUT);
    }
  }
}

static bool wake_by_time(void) {
  uint64_t earliest = FFH_NO_DEADLINE;
  for (ffh_set left = run.blocked; !ffh_set_is_empty(&left);) {
    uint64_t deadline = threads[ffh_set_take(&left)].deadline_ns;
    earliest = deadline < earliest ? deadline : earliest;
  }
  if (earliest == FFH_NO_DEADLINE) {
    return false;
  }
  run.clock_ns = earliest > run.clock_ns ? earliest : run.clock_ns;
  wake_expired();
  count_idle();
  return true;
}

static bool wake_by_io(bool wait_outside) {
  bool woken = false;
  for (ffh_set left = run.blocked; !ffh_set_is_empty(&left);) {
    ffh_thread *thread = &threads[ffh_set_take(&left)];
    if (thread->op == FFH_OP_IO && ffh_io_is_ready(thread, wait_outside)) {
      ffh_wake_thread(thread, FFH_WAKE_SIGNALLED);
      woken = true;
    }
  }
  run.io_happened = false;
  return woken;
}

/* What is told of a fault goes through libc, which must not lead back here. */
__attribute__((noreturn)) static void tell(ffh_sched_fault fault, const char *what,
                                           const void *object) {
  ffh_sched_abandon();
  run.client->fault(run.client->context, fault, what, object);
  ffh_internal(__FILE_NAME__, __LINE__, "a fault was ignored");
}

__attribute__((noreturn)) static void stuck(void) {
  ffh_sched_fault fault = FFH_FAULT_DEADLOCK;
  ffh_thread *guilty = NULL;
  for (ffh_set left = run.blocked; !ffh_set_is_empty(&left);) {
    ffh_thread *thread = &threads[ffh_set_take(&left)];
    if (thread->op == FFH_OP_WAIT && ffh_wasted_has(&run.wasted, thread->object)) {
      fault = FFH_FAULT_LOST_WAKEUP;
      guilty = thread;
    } else if (guilty == NULL && thread->index < FFH_SET_ADOPTED) {
      guilty = thread;
    }
  }
  FFH_ASSERT(guilty != NULL);
  tell(fault, guilty->what, guilty->object);
}

/* The thread to run now, or OVER. Advances time, and ends in a finding, when there is none. */
static unsigned next_thread(unsigned current) {
  if (run.policy_run.points >= FFH_MAX_POINTS) {
    ffh_fault(FFH_FAULT_LIVELOCK, NULL);
  }
  for (;;) {
    if (is_over()) {
      return OVER;
    }
    if (run.io_happened) {
      (void)wake_by_io(false);
    }
    ffh_set enabled = enabled_now();
    if (!ffh_set_is_empty(&enabled)) {
      unsigned next = choose(&enabled, current);
      ffh_choices_made(&enabled, current, next, run.policy_run.points);
      if (next != current) {
        run.streak_start = run.policy_run.points;
      }
      grant(next);
      return next;
    }
    if (!wake_by_io(false) && !wake_by_time() && !wake_by_io(true)) {
      stuck();
    }
  }
}

static void note_switch(const ffh_thread *from, unsigned next) {
  run.outcome.switches++;
  ffh_trace_switch(from, next == OVER ? 0 : next, run.policy_run.points);
}

/* Gives the baton away; the caller waits for it, or ends. */
static void hand_over(const ffh_thread *from, unsigned next) {
  note_switch(from, next);
  if (next == OVER) {
    run.over = true;
    next = 0;
  }
  if (next < FFH_SET_ADOPTED) {
    ffh_lanes_start(next);
  }
  pass_baton(&threads[next]);
}

static void switch_to(ffh_thread *self, unsigned next) {
  hand_over(self, next);
  wait_for_baton(self);
}

/* ---- points ---- */

static void tell_policy(const ffh_thread *self) {
  if (run.policy->pending != NULL) {
    static const bool writes[] = {
#define FFH_OP(symbol, text, writes) writes,
#include "sched/ops.def"
#undef FFH_OP
    };
    ffh_pending pending = {.object = self->object,
                           .pc = ffh_trace_place(self->pc),
                           .op = self->op,
                           .writes = writes[self->op],
                           .sync = self->what != NULL};
    run.policy->pending(&run.policy_run, self->index, &pending);
  }
}

static void at_point(ffh_thread *self) {
  tell_policy(self);
  if (run.left < 0) {
    unsigned next = next_thread(self->index);
    if (next != self->index) {
      switch_to(self, next);
    }
  }
}

void ffh_memory_point(ffh_op op, const void *address, uintptr_t pc) {
  ffh_thread *self = ffh_self;
  if (self == NULL) {
    ffh_budget = INT64_MAX;
    return;
  }
  fold();
  self->op = (uint8_t)op;
  self->what = NULL;
  self->object = address;
  self->pc = pc;
  self->frame = (uintptr_t)__builtin_frame_address(0);
  at_point(self);
  publish();
}

static void sync_point(ffh_op op, const void *object, bool useful) {
  ffh_thread *self = ffh_self;
  fold();
  self->op = (uint8_t)op;
  self->object = object;
  if (run.quiet) {
    return;
  }
  ffh_trace_op(self, run.policy_run.points);
  run.idle = useful ? 0 : run.idle;
  /* Who yields waits for somebody, as much as one that blocks. */
  if (run.sync || op == FFH_OP_YIELD) {
    count_point(self);
    at_point(self);
  }
  publish();
}

void ffh_point(ffh_op op, const void *object) {
  sync_point(op, object, op != FFH_OP_YIELD && op != FFH_OP_TIME && op != FFH_OP_SLEEP);
}

void ffh_try_point(ffh_op op, const void *object) {
  sync_point(op, object, false);
}

void ffh_tried(bool got) {
  if (got) {
    run.idle = 0;
  } else {
    ffh_idle();
  }
}

ffh_wake ffh_block(ffh_op op, const void *object, uint64_t deadline_ns, bool cancellable) {
  ffh_thread *self = ffh_self;
  fold();
  self->op = (uint8_t)op;
  self->object = object;
  self->deadline_ns = deadline_ns;
  self->wake = FFH_WAKE_NONE;
  self->cancellable = cancellable && ffh_cancel_is_enabled();
  self->blocked_since = run.order++;
  self->state = FFH_THREAD_BLOCKED;
  ffh_set_remove(&run.ready, self->index);
  ffh_set_add(&run.blocked, self->index);
  count_point(self);
  tell_policy(self);
  if (self->cancellable && self->cancelled) {
    ffh_wake_thread(self, FFH_WAKE_CANCELLED);
  } else if (deadline_ns <= run.clock_ns) {
    ffh_wake_thread(self, FFH_WAKE_TIMED_OUT);
  }
  unsigned next = next_thread(self->index);
  if (next != self->index) {
    switch_to(self, next);
  }
  publish();
  return (ffh_wake)self->wake;
}

void ffh_idle(void) {
  fold();
  count_idle();
  if (!run.quiet) {
    run.policy->yielded(&run.policy_run, ffh_self->index);
    ffh_choices_yielded(ffh_self->index);
    run.left = 0; /* the next point asks */
  }
  publish();
}

void ffh_leave(void) {
  ffh_thread *self = ffh_self;
  fold();
  self->op = FFH_OP_EXIT;
  self->object = self;
  self->pc = 0; /* of what it did before; depends on where the policy was asked */
  self->state = FFH_THREAD_DYING;
  ffh_trace_op(self, run.policy_run.points);
  ffh_set_remove(&run.ready, self->index);
  ffh_wake_all(FFH_OP_JOIN, self);
  count_point(self);
  run.dying = self;
  ffh_self = NULL;
  ffh_budget = INT64_MAX;
  hand_over(self, next_thread(self->index));
}

/* ---- waking ---- */

void ffh_wake_thread(ffh_thread *thread, ffh_wake why) {
  if (thread->state != FFH_THREAD_BLOCKED) {
    return;
  }
  thread->state = FFH_THREAD_READY;
  thread->wake = (uint8_t)why;
  thread->deadline_ns = FFH_NO_DEADLINE;
  ffh_set_remove(&run.blocked, thread->index);
  ffh_set_add(&run.ready, thread->index);
}

static ffh_set blocked_in(ffh_op op, const void *object) {
  ffh_set found = {{0, 0}};
  for (ffh_set left = run.blocked; !ffh_set_is_empty(&left);) {
    unsigned i = ffh_set_take(&left);
    if (threads[i].op == op && threads[i].object == object) {
      ffh_set_add(&found, i);
    }
  }
  return found;
}

unsigned ffh_wake_all(ffh_op op, const void *object) {
  ffh_set found = blocked_in(op, object);
  unsigned n = ffh_set_count(&found);
  while (!ffh_set_is_empty(&found)) {
    ffh_wake_thread(&threads[ffh_set_take(&found)], FFH_WAKE_SIGNALLED);
  }
  return n;
}

ffh_thread *ffh_wake_one(ffh_op op, const void *object) {
  ffh_set found = blocked_in(op, object);
  if (ffh_set_is_empty(&found)) {
    return NULL;
  }
  unsigned n = ffh_set_count(&found);
  ffh_thread *thread = &threads[ffh_set_nth(&found, n == 1 ? 0 : ffh_prng_below(&run.draws, n))];
  ffh_wake_thread(thread, FFH_WAKE_SIGNALLED);
  return thread;
}

ffh_thread *ffh_longest_blocked(ffh_op op, const void *object, uint32_t bits) {
  ffh_set found = blocked_in(op, object);
  ffh_thread *longest = NULL;
  while (!ffh_set_is_empty(&found)) {
    ffh_thread *thread = &threads[ffh_set_take(&found)];
    if ((thread->bits & bits) != 0 &&
        (longest == NULL || thread->blocked_since < longest->blocked_since)) {
      longest = thread;
    }
  }
  return longest;
}

void ffh_wake_io(void) {
  run.io_happened = true;
}

void ffh_wasted_wake(const void *object) {
  ffh_wasted_add(&run.wasted, object);
}

/* ---- the library's threads ---- */

ffh_thread *ffh_thread_adopt(void) {
  for (unsigned i = 0; i < FFH_MAX_ADOPTED; i++) {
    ffh_thread *thread = &threads[FFH_SET_ADOPTED + (run.rotor + i) % FFH_MAX_ADOPTED];
    if (thread->state == FFH_THREAD_FREE) {
      run.rotor = (run.rotor + i + 1) % FFH_MAX_ADOPTED;
      uint8_t index = (uint8_t)(thread - threads);
      *thread = (ffh_thread){.index = index,
                             .parent = ffh_self->index,
                             .started = true,
                             .born_in = run.number,
                             .deadline_ns = FFH_NO_DEADLINE};
      return thread;
    }
  }
  return NULL;
}

void ffh_thread_ready(ffh_thread *thread) {
  thread->state = FFH_THREAD_READY;
  thread->op = FFH_OP_SPAWN;
  run.many = true;
  ffh_set_add(&run.ready, thread->index);
  run.policy->born(&run.policy_run, thread->index);
}

void ffh_thread_forget(ffh_thread *thread) {
  thread->state = FFH_THREAD_FREE;
  thread->started = false;
}

ffh_thread *ffh_thread_find(pthread_t handle) {
  for (unsigned i = FFH_SET_ADOPTED; i < FFH_SET_SIZE; i++) {
    if (threads[i].started && pthread_equal(threads[i].handle, handle)) {
      return &threads[i];
    }
  }
  return NULL;
}

void ffh_thread_arrived(ffh_thread *self) {
  atomic_store_explicit(&self->arrived, 1, memory_order_release);
  ffh_syscall(SYS_futex, (long)&self->arrived, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
}

void ffh_thread_wait_arrival(ffh_thread *thread) {
  while (atomic_load_explicit(&thread->arrived, memory_order_acquire) == 0) {
    ffh_syscall(SYS_futex, (long)&thread->arrived, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
  }
}

void ffh_thread_begin(ffh_thread *self) {
  wait_for_baton(self);
  ffh_self = self;
  publish();
}

unsigned ffh_sched_adopted(void) {
  unsigned n = 0;
  for (unsigned i = FFH_SET_ADOPTED; i < FFH_SET_SIZE; i++) {
    n += threads[i].started && threads[i].state != FFH_THREAD_ZOMBIE;
  }
  return n;
}

/* ---- steps ---- */

/* The lane is between two steps: what it did last is no part of what follows. */
static void rest(ffh_thread *self) {
  self->op = FFH_OP_CALL;
  self->object = NULL;
  self->what = NULL;
  self->pc = 0;
}

/* Takes the lane's next step and returns who goes on. */
static unsigned take_step(unsigned lane) {
  ffh_thread *self = &threads[lane];
  uint64_t bit = UINT64_C(1) << lane;
  run.in_step |= bit;
  run.idle = 0;
  ffh_set_add(&run.ready, lane);
  self->state = FFH_THREAD_READY;
  self->deadline_ns = FFH_NO_DEADLINE;
  if (run.mode == MODE_JOB) {
    run.next_steps = 0;
    run.job(run.job_context);
  } else {
    run.client->step(run.client->context, lane);
  }
  run.in_step &= ~bit;
  ffh_set_remove(&run.ready, lane);
  self->state = FFH_THREAD_IDLE;
  rest(self);
  count_point(self);
  if (run.mode == MODE_CLIENT) {
    run.next_steps = run.client->enabled(run.client->context);
  }
  tell_policy(self);
  if (run.left >= 0 && (run.next_steps & bit) != 0) {
    return lane;
  }
  return next_thread(lane);
}

void ffh_lane_serve(unsigned lane) {
  ffh_thread *self = &threads[lane];
  for (;;) {
    wait_for_baton(self);
    unsigned next = lane;
    while (next == lane) {
      next = take_step(lane);
    }
    hand_over(self, next);
  }
}

static void run_until_over(mode how) {
  FFH_ASSERT(run.mode == MODE_NONE && run.client != NULL && ffh_self == NULL);
  run.mode = how;
  run.over = false;
  ffh_choices_asked();
  unsigned next = next_thread(0);
  while (next != OVER) {
    if (next == 0) {
      next = take_step(0);
      continue;
    }
    hand_over(&threads[0], next);
    wait_for_baton(&threads[0]);
    next = run.over ? OVER : 0;
  }
  run.mode = MODE_NONE;
}

static const ffh_policy_ops *const policies[FFH_POLICY_COUNT] = {
    [FFH_POLICY_RANDOM] = &ffh_policy_random, [FFH_POLICY_PCT] = &ffh_policy_pct,
    [FFH_POLICY_POS] = &ffh_policy_pos,       [FFH_POLICY_SURW] = &ffh_policy_surw,
    [FFH_POLICY_FIXED] = &ffh_policy_fixed,
};

void ffh_sched_begin(const ffh_schedule *schedule, const ffh_sched_client *client) {
  FFH_ASSERT(schedule->lanes >= 1 && schedule->lanes <= FFH_MAX_LANES);
  FFH_ASSERT(run.client == NULL && schedule->policy < FFH_POLICY_COUNT);
  ffh_lanes_begin();
  run.client = client;
  run.policy = policies[schedule->policy];
  run.policy_run = (ffh_policy_run){.schedule = schedule, .prng = {schedule->seed}};
  run.draws = (ffh_prng){~(uint64_t)schedule->seed};
  run.sync = schedule->granularity >= FFH_GRANULARITY_SYNC;
  run.many = schedule->lanes > 1 || ffh_sched_adopted() > 0;
  run.memory = schedule->granularity >= FFH_GRANULARITY_MEMORY;
  run.next_switch = run.streak_start = run.idle = 0;
  run.next_steps = run.in_step = 0;
  run.left = -1;
  run.epoch_ns = run.clock_ns;
  run.rotor = 0;
  run.number++;
  run.outcome = (ffh_sched_outcome){0};
  ffh_wasted_clear(&run.wasted);
  ffh_bytes_fill(run.passed, 0, sizeof run.passed);
  ffh_trace_begin();
  ffh_choices_begin();
  run.policy->begin(&run.policy_run);
  for (unsigned i = 0; i < schedule->lanes; i++) {
    ffh_lanes_start(i); /* here: a thread is ordered after what its creator did before */
    run.policy->born(&run.policy_run, i);
  }
  for (unsigned i = FFH_SET_ADOPTED; i < FFH_SET_SIZE; i++) {
    if (threads[i].started) {
      run.policy->born(&run.policy_run, i);
    }
  }
}

void ffh_sched_run(void) {
  run.next_steps = run.client->enabled(run.client->context);
  run_until_over(MODE_CLIENT);
}

void ffh_sched_on_lane(unsigned lane, void (*fn)(void *context), void *context) {
  FFH_ASSERT(lane < FFH_MAX_LANES);
  run.job = fn;
  run.job_context = context;
  run.next_steps = UINT64_C(1) << lane;
  run_until_over(MODE_JOB);
}

void ffh_sched_quietly(void (*fn)(void *context), void *context) {
  run.quiet = true;
  ffh_lanes_begin();
  ffh_self = &threads[0];
  publish();
  fn(context);
  ffh_self = NULL;
  rest(&threads[0]);
  run.quiet = false;
}

void ffh_sched_enter(const char *function) {
  ffh_thread *self = &threads[ffh_sched_current_lane()];
  ffh_self = self;
  self->what = function;
  self->pc = 0;
  self->frame = (uintptr_t)__builtin_frame_address(0);
  publish();
  ffh_point(FFH_OP_CALL, NULL);
  run.enter_points = run.policy_run.points;
  run.enter_switches = run.outcome.switches;
}

uint32_t ffh_sched_leave(void) {
  ffh_thread *self = ffh_self;
  self->what = "return";
  self->pc = 0;
  ffh_point(FFH_OP_CALL, NULL);
  fold();
  ffh_self = NULL;
  ffh_budget = INT64_MAX;
  bool alone = run.outcome.switches == run.enter_switches;
  return alone ? run.policy_run.points - run.enter_points : 0;
}

void ffh_sched_settle(void) {
  if (!ffh_set_is_empty(&run.ready)) {
    run.settle_end = run.policy_run.points + FFH_MAX_SETTLE;
    run_until_over(MODE_SETTLE);
  }
}

ffh_sched_outcome ffh_sched_end(void) {
  run.outcome.points = run.policy_run.points;
  run.outcome.trace = ffh_trace_value();
  run.client = NULL;
  return run.outcome;
}

/* ---- the rest ---- */

uint64_t ffh_now_ns(void) {
  return run.clock_ns;
}

uint64_t ffh_clock_ns(void) {
  return UINT64_C(1000000000) * CLOCK_START_S + run.clock_ns - run.epoch_ns;
}

void ffh_advance_ns(uint64_t ns) {
  run.clock_ns += ns;
  wake_expired();
}

uint64_t ffh_draw(void) {
  return ffh_prng_next(&run.draws);
}

void ffh_fault(ffh_sched_fault fault, const void *object) {
  tell(fault, ffh_self == NULL ? NULL : ffh_self->what, object);
}

void ffh_not_controlled(const char *what) {
  if (run.outcome.not_controlled == NULL) {
    run.outcome.not_controlled = what;
  }
}

uint32_t ffh_sched_points(void) {
  if (ffh_self != NULL) {
    fold();
  }
  return run.policy_run.points;
}

uint32_t ffh_sched_thread_points(unsigned thread) {
  return run.passed[thread];
}

uint64_t ffh_sched_trace_value(void) {
  return ffh_trace_value();
}

const char *ffh_sched_not_controlled(void) {
  return run.outcome.not_controlled;
}

/* Who the calling thread was before it was let go. */
static _Thread_local int abandoned __attribute__((tls_model("initial-exec"))) = -1;

int ffh_sched_current_thread(void) {
  return ffh_self == NULL ? abandoned : ffh_self->index;
}

void ffh_sched_abandon(void) {
  if (ffh_self != NULL) {
    abandoned = ffh_self->index;
    ffh_self = NULL;
  }
  ffh_budget = INT64_MAX;
}

unsigned ffh_sched_running(void) {
  return atomic_load_explicit(&running, memory_order_relaxed);
}
