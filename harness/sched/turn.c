/* Whose turn it is: the baton, and the choice of who gets it. */
#include <errno.h>
#include <linux/futex.h>

#include "base/assert.h"
#include "base/syscall.h"
#include "sched/choices.h"
#include "sched/core.h"
#include "sched/lanes.h"
#include "sched/trace.h"

static atomic_uint running; /* a copy for watchdogs; decides nothing */

/* ---- the baton ---- */

void ffh_turn_await(ffh_thread *self) {
  while (atomic_load_explicit(&self->baton, memory_order_acquire) == 0) {
    long rc = ffh_syscall(SYS_futex, (long)&self->baton, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
    FFH_ASSERT(rc == 0 || rc == -EAGAIN || rc == -EINTR);
  }
  atomic_store_explicit(&self->baton, 0, memory_order_relaxed);
  atomic_store_explicit(&running, self->index, memory_order_relaxed);
  if (ffh_core.dying != NULL) {
    ffh_thread *dead = ffh_core.dying;
    ffh_core.dying = NULL;
    ffh_adopt_bury(dead);
  }
}

static void pass_baton(ffh_thread *to) {
  atomic_store_explicit(&to->baton, 1, memory_order_release);
  long rc = ffh_syscall(SYS_futex, (long)&to->baton, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
  FFH_ASSERT(rc >= 0);
}

/* ---- who goes on ---- */

static ffh_set enabled_now(void) {
  ffh_set enabled = ffh_core.ready;
  enabled.words[0] |= ffh_core.next_steps & ~ffh_core.in_step;
  return enabled;
}

static bool is_over(void) {
  if (ffh_core.mode == FFH_MODE_SETTLE) {
    return ffh_set_is_empty(&ffh_core.ready) || ffh_core.policy_run.points >= ffh_core.settle_end;
  }
  return ffh_core.next_steps == 0 && ffh_core.in_step == 0;
}

/* The schedule's own switches come before its policy. */
static unsigned choose(const ffh_set *enabled, unsigned current) {
  const ffh_schedule *schedule = ffh_core.policy_run.schedule;
  uint32_t points = ffh_core.policy_run.points;
  unsigned forced = FFH_TURN_OVER;
  while (ffh_core.next_switch < schedule->n_switches &&
         schedule->switches[ffh_core.next_switch].step <= points) {
    const ffh_switch *override = &schedule->switches[ffh_core.next_switch++];
    unsigned thread = override->thread;
    if (override->step == points && ffh_set_has(enabled, thread)) {
      forced = thread;
    }
  }
  if (forced != FFH_TURN_OVER) {
    return forced;
  }
  if (ffh_set_count(enabled) == 1) {
    return ffh_set_first(enabled);
  }
  if (points - ffh_core.streak_start >= FFH_MAX_SOLO) {
    ffh_core.policy->yielded(&ffh_core.policy_run, current);
    ffh_core.streak_start = points;
  }
  return ffh_core.policy->choose(&ffh_core.policy_run, enabled, current);
}

static bool wake_by_time(void) {
  uint64_t earliest = FFH_NO_DEADLINE;
  for (ffh_set left = ffh_core.blocked; !ffh_set_is_empty(&left);) {
    uint64_t deadline = ffh_threads[ffh_set_take(&left)].deadline_ns;
    earliest = deadline < earliest ? deadline : earliest;
  }
  if (earliest == FFH_NO_DEADLINE) {
    return false;
  }
  ffh_core.clock_ns = earliest > ffh_core.clock_ns ? earliest : ffh_core.clock_ns;
  ffh_wake_expired();
  ffh_count_idle();
  return true;
}

static bool wake_by_io(bool wait_outside) {
  bool woken = false;
  for (ffh_set left = ffh_core.blocked; !ffh_set_is_empty(&left);) {
    ffh_thread *thread = &ffh_threads[ffh_set_take(&left)];
    if (thread->op == FFH_OP_IO && ffh_io_is_ready(thread, wait_outside)) {
      ffh_wake_thread(thread, FFH_WAKE_SIGNALLED);
      woken = true;
    }
  }
  ffh_core.io_happened = false;
  return woken;
}

/* What is told of a fault goes through libc, which must not lead back here. */
void ffh_turn_fault(ffh_sched_fault fault, const char *what, const void *object) {
  ffh_sched_abandon();
  ffh_core.client->fault(ffh_core.client->context, fault, what, object);
  ffh_internal(__FILE_NAME__, __LINE__, "a fault was ignored");
}

int ffh_sched_stuck_thread(void) {
  return ffh_core.stuck == NULL ? -1 : ffh_core.stuck->index;
}

static ffh_thread *one_that_waits(ffh_sched_fault *fault) {
  ffh_thread *guilty = NULL;
  for (ffh_set left = ffh_core.blocked; !ffh_set_is_empty(&left);) {
    ffh_thread *thread = &ffh_threads[ffh_set_take(&left)];
    if (thread->op == FFH_OP_WAIT && ffh_wasted_has(&ffh_core.wasted, thread->object)) {
      *fault = FFH_FAULT_LOST_WAKEUP;
      guilty = thread;
    } else if (guilty == NULL && thread->index < FFH_SET_ADOPTED) {
      guilty = thread;
    }
  }
  return guilty;
}

/* A ring of threads that hold what the next one waits for is the cause, whatever else nobody wakes:
 * a worker that waits for work is no fault. */
__attribute__((noreturn)) static void stuck(void) {
  ffh_sched_fault fault = FFH_FAULT_DEADLOCK;
  ffh_thread *guilty = ffh_waits_cycle();
  if (guilty == NULL) {
    guilty = one_that_waits(&fault);
  }
  FFH_ASSERT(guilty != NULL);
  ffh_core.stuck = guilty;
  ffh_turn_fault(fault, guilty->what, guilty->object);
}

/* The thread to run now, or FFH_TURN_OVER. Advances time, and ends in a finding, when there is
 * none. */
unsigned ffh_turn_next(unsigned current) {
  if (ffh_core.policy_run.points >= FFH_MAX_POINTS) {
    ffh_fault(FFH_FAULT_LIVELOCK, NULL);
  }
  for (;;) {
    if (is_over()) {
      return FFH_TURN_OVER;
    }
    if (ffh_core.io_happened) {
      (void)wake_by_io(false);
    }
    ffh_set enabled = enabled_now();
    if (!ffh_set_is_empty(&enabled)) {
      unsigned next = choose(&enabled, current);
      ffh_choices_made(&enabled, current, next, ffh_core.policy_run.points);
      if (next != current) {
        ffh_core.streak_start = ffh_core.policy_run.points;
      }
      ffh_points_grant(next);
      return next;
    }
    if (!wake_by_io(false) && !wake_by_time() && !wake_by_io(true)) {
      stuck();
    }
  }
}

static void note_switch(const ffh_thread *from, unsigned next) {
  ffh_core.outcome.switches++;
  ffh_trace_switch(from, next == FFH_TURN_OVER ? 0 : next, ffh_core.policy_run.points);
}

/* Gives the baton away; the caller waits for it, or ends. */
void ffh_turn_pass(const ffh_thread *from, unsigned next) {
  note_switch(from, next);
  if (next == FFH_TURN_OVER) {
    ffh_core.over = true;
    next = 0;
  }
  if (next < FFH_SET_ADOPTED) {
    ffh_lanes_start(next);
  }
  pass_baton(&ffh_threads[next]);
}

void ffh_turn_switch(ffh_thread *self, unsigned next) {
  ffh_turn_pass(self, next);
  ffh_turn_await(self);
}

unsigned ffh_sched_running(void) {
  return atomic_load_explicit(&running, memory_order_relaxed);
}
