/* Points: a thread is about to do something, and another may go first. */
#include "sched/choices.h"
#include "sched/core.h"
#include "sched/trace.h"

_Thread_local ffh_thread *ffh_self;
_Thread_local int64_t ffh_budget;

void ffh_points_grant(unsigned thread) {
  const ffh_schedule *schedule = ffh_core.policy_run.schedule;
  uint32_t points = ffh_core.policy_run.points;
  const ffh_policy_ops *policy = ffh_core.policy;
  uint32_t n = policy->grant == NULL ? 0 : policy->grant(&ffh_core.policy_run, thread);
  n = n < FFH_MAX_SOLO ? n : FFH_MAX_SOLO;
  if (ffh_core.next_switch < schedule->n_switches) {
    uint32_t until = schedule->switches[ffh_core.next_switch].step - points - 1;
    n = n < until ? n : until;
  }
  ffh_core.left = n;
}

void ffh_points_tell(const ffh_thread *self) {
  if (ffh_core.policy->pending != NULL) {
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
    ffh_core.policy->pending(&ffh_core.policy_run, self->index, &pending);
  }
}

static void ask(ffh_thread *self) {
  ffh_points_tell(self);
  if (ffh_core.left < 0) {
    unsigned next = ffh_turn_next(self->index);
    if (next != self->index) {
      ffh_turn_switch(self, next);
    }
  }
}

void ffh_memory_point(ffh_op op, const void *address, uintptr_t pc) {
  ffh_thread *self = ffh_self;
  if (self == NULL) {
    ffh_budget = INT64_MAX;
    return;
  }
  ffh_points_fold();
  self->op = (uint8_t)op;
  self->what = NULL;
  self->object = address;
  self->pc = pc;
  self->frame = (uintptr_t)__builtin_frame_address(0);
  ask(self);
  ffh_points_publish();
}

static void sync_point(ffh_op op, const void *object, bool useful) {
  ffh_thread *self = ffh_self;
  ffh_points_fold();
  self->op = (uint8_t)op;
  self->object = object;
  if (ffh_core.quiet) {
    return;
  }
  ffh_trace_op(self, ffh_core.policy_run.points);
  ffh_core.idle = useful ? 0 : ffh_core.idle;
  /* Who yields waits for somebody, as much as one that blocks. */
  if (ffh_core.sync || op == FFH_OP_YIELD) {
    ffh_points_count(self);
    ask(self);
  }
  ffh_points_publish();
}

void ffh_point(ffh_op op, const void *object) {
  sync_point(op, object, op != FFH_OP_YIELD && op != FFH_OP_TIME && op != FFH_OP_SLEEP);
}

void ffh_try_point(ffh_op op, const void *object) {
  sync_point(op, object, false);
}

void ffh_tried(bool got) {
  if (got) {
    ffh_core.idle = 0;
  } else {
    ffh_idle();
  }
}

ffh_wake ffh_block(ffh_op op, const void *object, uint64_t deadline_ns, bool cancellable) {
  ffh_thread *self = ffh_self;
  ffh_points_fold();
  self->op = (uint8_t)op;
  self->object = object;
  self->deadline_ns = deadline_ns;
  self->wake = FFH_WAKE_NONE;
  self->cancellable = cancellable && ffh_cancel_is_enabled();
  self->blocked_since = ffh_core.order++;
  self->state = FFH_THREAD_BLOCKED;
  ffh_set_remove(&ffh_core.ready, self->index);
  ffh_set_add(&ffh_core.blocked, self->index);
  ffh_points_count(self);
  ffh_points_tell(self);
  if (self->cancellable && self->cancelled) {
    ffh_wake_thread(self, FFH_WAKE_CANCELLED);
  } else if (deadline_ns <= ffh_core.clock_ns) {
    ffh_wake_thread(self, FFH_WAKE_TIMED_OUT);
  }
  unsigned next = ffh_turn_next(self->index);
  if (next != self->index) {
    ffh_turn_switch(self, next);
  }
  ffh_points_publish();
  return (ffh_wake)self->wake;
}

void ffh_idle(void) {
  ffh_points_fold();
  ffh_count_idle();
  if (!ffh_core.quiet) {
    ffh_core.policy->yielded(&ffh_core.policy_run, ffh_self->index);
    ffh_choices_yielded(ffh_self->index);
    ffh_core.left = 0; /* the next point asks */
  }
  ffh_points_publish();
}

void ffh_leave(void) {
  ffh_thread *self = ffh_self;
  ffh_points_fold();
  self->op = FFH_OP_EXIT;
  self->object = self;
  self->pc = 0; /* of what it did before; depends on where the policy was asked */
  self->state = FFH_THREAD_DYING;
  ffh_trace_op(self, ffh_core.policy_run.points);
  ffh_set_remove(&ffh_core.ready, self->index);
  ffh_wake_all(FFH_OP_JOIN, self);
  ffh_points_count(self);
  ffh_core.dying = self;
  ffh_caches_drop();
  ffh_become(NULL);
  ffh_budget = INT64_MAX;
  ffh_turn_pass(self, ffh_turn_next(self->index));
}
