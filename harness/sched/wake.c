/* Who is woken by what, and the slots of the library's threads. */
#include <linux/futex.h>

#include "base/syscall.h"
#include "sched/core.h"
#include "sched/models.h"

void ffh_count_idle(void) {
  if (ffh_core.idle++ >= FFH_MAX_IDLE) {
    ffh_fault(FFH_FAULT_LIVELOCK, NULL);
  }
}

void ffh_wake_expired(void) {
  for (ffh_set left = ffh_core.blocked; !ffh_set_is_empty(&left);) {
    ffh_thread *thread = &ffh_threads[ffh_set_take(&left)];
    if (thread->deadline_ns <= ffh_core.clock_ns) {
      ffh_wake_thread(thread, FFH_WAKE_TIMED_OUT);
    }
  }
}

void ffh_wake_thread(ffh_thread *thread, ffh_wake why) {
  if (thread->state != FFH_THREAD_BLOCKED) {
    return;
  }
  thread->state = FFH_THREAD_READY;
  thread->wake = (uint8_t)why;
  thread->deadline_ns = FFH_NO_DEADLINE;
  ffh_set_remove(&ffh_core.blocked, thread->index);
  ffh_set_add(&ffh_core.ready, thread->index);
}

static ffh_set blocked_in(ffh_op op, const void *object) {
  ffh_set found = {{0, 0}};
  for (ffh_set left = ffh_core.blocked; !ffh_set_is_empty(&left);) {
    unsigned i = ffh_set_take(&left);
    if (ffh_threads[i].op == op && ffh_threads[i].object == object) {
      ffh_set_add(&found, i);
    }
  }
  return found;
}

unsigned ffh_wake_all(ffh_op op, const void *object) {
  ffh_set found = blocked_in(op, object);
  unsigned n = ffh_set_count(&found);
  while (!ffh_set_is_empty(&found)) {
    ffh_wake_thread(&ffh_threads[ffh_set_take(&found)], FFH_WAKE_SIGNALLED);
  }
  return n;
}

ffh_thread *ffh_wake_one(ffh_op op, const void *object) {
  ffh_set found = blocked_in(op, object);
  if (ffh_set_is_empty(&found)) {
    return NULL;
  }
  unsigned n = ffh_set_count(&found);
  ffh_thread *thread =
      &ffh_threads[ffh_set_nth(&found, n == 1 ? 0 : ffh_prng_below(&ffh_core.draws, n))];
  ffh_wake_thread(thread, FFH_WAKE_SIGNALLED);
  return thread;
}

ffh_thread *ffh_longest_blocked(ffh_op op, const void *object, uint32_t bits) {
  ffh_set found = blocked_in(op, object);
  ffh_thread *longest = NULL;
  while (!ffh_set_is_empty(&found)) {
    ffh_thread *thread = &ffh_threads[ffh_set_take(&found)];
    if ((thread->bits & bits) != 0 &&
        (longest == NULL || thread->blocked_since < longest->blocked_since)) {
      longest = thread;
    }
  }
  return longest;
}

void ffh_wake_io(void) {
  ffh_core.io_happened = true;
}

void ffh_wasted_wake(const void *object) {
  ffh_wasted_add(&ffh_core.wasted, object);
}

/* ---- the library's threads ---- */

ffh_thread *ffh_thread_adopt(void) {
  for (unsigned i = 0; i < FFH_MAX_ADOPTED; i++) {
    ffh_thread *thread = &ffh_threads[FFH_SET_ADOPTED + (ffh_core.rotor + i) % FFH_MAX_ADOPTED];
    if (thread->state == FFH_THREAD_FREE) {
      ffh_core.rotor = (ffh_core.rotor + i + 1) % FFH_MAX_ADOPTED;
      uint8_t index = (uint8_t)(thread - ffh_threads);
      *thread = (ffh_thread){.index = index,
                             .parent = ffh_self->index,
                             .started = true,
                             .born_in = ffh_core.number,
                             .deadline_ns = FFH_NO_DEADLINE};
      return thread;
    }
  }
  return NULL;
}

void ffh_thread_ready(ffh_thread *thread) {
  thread->state = FFH_THREAD_READY;
  thread->op = FFH_OP_SPAWN;
  ffh_core.many = true;
  ffh_set_add(&ffh_core.ready, thread->index);
  ffh_core.policy->born(&ffh_core.policy_run, thread->index);
}

void ffh_thread_forget(ffh_thread *thread) {
  thread->state = FFH_THREAD_FREE;
  thread->started = false;
}

ffh_thread *ffh_thread_find(pthread_t handle) {
  for (unsigned i = FFH_SET_ADOPTED; i < FFH_SET_SIZE; i++) {
    if (ffh_threads[i].started && pthread_equal(ffh_threads[i].handle, handle)) {
      return &ffh_threads[i];
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
  ffh_turn_await(self);
  ffh_become(self);
  ffh_points_publish();
}

unsigned ffh_sched_adopted(void) {
  unsigned n = 0;
  for (unsigned i = FFH_SET_ADOPTED; i < FFH_SET_SIZE; i++) {
    n += ffh_threads[i].started && ffh_threads[i].state != FFH_THREAD_ZOMBIE;
  }
  return n;
}
