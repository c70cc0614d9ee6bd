#include "sched/sched.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/assert.h"
#include "sched/policy.h"

typedef struct lane {
  _Atomic uint32_t baton; /* 1: this lane may run */
  pthread_t thread;
  bool started;
} lane;

/* Everything below is guarded by the baton: only the lane that holds it touches it. */
static lane lanes[FFH_MAX_LANES];
static unsigned pool_size;
static struct {
  const ffh_sched_client *client;
  ffh_policy_choose choose;
  ffh_policy_state policy;
  ffh_sched_outcome outcome;
  void (*job)(void *context);
  void *job_context;
} run;

static atomic_uint running_lane; /* a copy for watchdogs; decides nothing */

static _Thread_local int current_lane __attribute__((tls_model("initial-exec"))) = -1;

static void wait_for_baton(lane *self) {
  while (atomic_load_explicit(&self->baton, memory_order_acquire) == 0) {
    long rc = syscall(SYS_futex, &self->baton, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    FFH_ASSERT(rc == 0 || errno == EAGAIN || errno == EINTR);
  }
  atomic_store_explicit(&self->baton, 0, memory_order_relaxed);
  atomic_store_explicit(&running_lane, (unsigned)(self - lanes), memory_order_relaxed);
}

static void pass_baton(lane *to) {
  atomic_store_explicit(&to->baton, 1, memory_order_release);
  long rc = syscall(SYS_futex, &to->baton, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
  FFH_ASSERT(rc >= 0);
}

/* The schedule's own overrides come before its policy. */
static unsigned next_lane(uint32_t enabled, unsigned current) {
  ffh_policy_state *policy = &run.policy;
  const ffh_schedule *schedule = policy->schedule;
  while (policy->next_switch < schedule->n_switches &&
         schedule->switches[policy->next_switch].step <= run.outcome.steps) {
    const ffh_switch *override = &schedule->switches[policy->next_switch++];
    if (override->step == run.outcome.steps && (enabled & (1u << override->thread)) != 0) {
      return override->thread;
    }
  }
  if ((enabled & (enabled - 1)) == 0) {
    return (unsigned)__builtin_ctz(enabled);
  }
  return run.choose(policy, enabled, current, run.outcome.steps);
}

/* Takes steps on this lane until another lane is to run or none can; returns that lane, 0 for none.
 */
__attribute__((always_inline)) static inline unsigned take_steps(unsigned self) {
  for (;;) {
    run.client->step(run.client->context, self);
    run.outcome.steps++;
    uint32_t enabled = run.client->enabled(run.client->context);
    if (enabled == 0) {
      run.client = NULL;
      return 0;
    }
    unsigned next = next_lane(enabled, self);
    if (next != self) {
      run.outcome.switches++;
      return next;
    }
  }
}

static void *lane_main(void *argument) {
  unsigned self = (unsigned)(uintptr_t)argument;
  current_lane = (int)self;
  for (;;) {
    wait_for_baton(&lanes[self]);
    unsigned next = 0;
    if (run.job != NULL) {
      run.job(run.job_context);
      run.job = NULL;
    } else {
      next = take_steps(self);
    }
    pass_baton(&lanes[next]);
  }
  return NULL;
}

static void start_lane(unsigned index) {
  lane *self = &lanes[index];
  if (self->started) {
    return;
  }
  /* Signals that a fuzzing engine sends (alarm, interrupt) belong to the main thread. */
  sigset_t all, before;
  sigfillset(&all);
  sigdelset(&all, SIGSEGV);
  sigdelset(&all, SIGBUS);
  sigdelset(&all, SIGILL);
  sigdelset(&all, SIGFPE);
  sigdelset(&all, SIGABRT);
  sigdelset(&all, SIGTRAP);
  sigdelset(&all, SIGUSR1); /* of the watchdog, to the lane that hangs */
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int rc = pthread_create(&self->thread, NULL, lane_main, (void *)(uintptr_t)index);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  FFH_ASSERT(rc == 0);
  char name[] = "ffh-lane-A";
  name[sizeof name - 2] = (char)('A' + index);
  pthread_setname_np(self->thread, name);
  self->started = true;
  pool_size++;
}

bool ffh_sched_pin(int core) {
  if (core < 0) {
    core = sched_getcpu();
  }
  cpu_set_t set;
  CPU_ZERO(&set);
  if (core < 0 || core >= CPU_SETSIZE) {
    return false;
  }
  CPU_SET((unsigned)core, &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
}

ffh_sched_outcome ffh_sched_run(const ffh_schedule *schedule, const ffh_sched_client *client) {
  FFH_ASSERT(schedule->lanes >= 1 && schedule->lanes <= FFH_MAX_LANES);
  FFH_ASSERT(run.client == NULL && run.job == NULL);
  for (unsigned i = 1; i < schedule->lanes; i++) {
    start_lane(i);
  }
  current_lane = 0;
  lanes[0].thread = pthread_self();
  lanes[0].started = true;
  run.choose = ffh_policy_random;
  run.policy = (ffh_policy_state){.schedule = schedule, .prng = {schedule->seed}};
  run.outcome = (ffh_sched_outcome){0};
  uint32_t enabled = client->enabled(client->context);
  if (enabled == 0) {
    return run.outcome;
  }
  run.client = client;
  unsigned next = next_lane(enabled, 0);
  while (run.client != NULL) {
    if (next == 0) {
      next = take_steps(0);
    } else {
      pass_baton(&lanes[next]);
      wait_for_baton(&lanes[0]);
      next = 0;
    }
  }
  return run.outcome;
}

void ffh_sched_on_lane(unsigned index, void (*fn)(void *context), void *context) {
  FFH_ASSERT(index < FFH_MAX_LANES && run.client == NULL && run.job == NULL);
  if (index == 0) {
    current_lane = 0;
    fn(context);
    return;
  }
  start_lane(index);
  run.job_context = context;
  run.job = fn;
  pass_baton(&lanes[index]);
  wait_for_baton(&lanes[0]);
}

int ffh_sched_current_lane(void) {
  return current_lane;
}

unsigned ffh_sched_running_lane(void) {
  return atomic_load_explicit(&running_lane, memory_order_relaxed);
}

bool ffh_sched_signal(unsigned index, int signal_number) {
  return index < FFH_MAX_LANES && lanes[index].started &&
         pthread_kill(lanes[index].thread, signal_number) == 0;
}

unsigned ffh_sched_pool_size(void) {
  return pool_size;
}
