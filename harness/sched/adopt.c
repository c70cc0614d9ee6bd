/* Threads of the library: from pthread_create to the moment when the kernel has taken them away.
 *
 * A thread that ends still runs destructors and libc's teardown. It stays under control until the
 * last round of its thread-specific destructors; what is left after that runs while the next thread
 * waits for the kernel to forget it, so that freeing its stack and caches never overlaps with
 * anything. Detached threads stay joinable underneath. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/syscall.h"
#include "ffh/cross.h"
#include "sched/core.h"
#include "sched/lanes.h"
#include "sched/models.h"
#include "sched/names.h"
#include "sched/real.h"
#include "sched/sides.h"

FFH_MODEL_FILE(adopt)

static pthread_key_t exit_key;
static bool has_exit_key; /* not a once: it would order whoever starts threads */

/* Set again until the last round, so that every other destructor has run. */
static void on_exit_round(void *argument) {
  ffh_thread *self = argument;
  if (--self->exit_rounds > 0) {
    pthread_setspecific(exit_key, self);
    return;
  }
  self->what = "thread exit";
  ffh_mutex_owner_dies();
  ffh_leave();
}

static void make_exit_key(void) {
  if (!has_exit_key) {
    has_exit_key = true;
    int rc = pthread_key_create(&exit_key, on_exit_round);
    FFH_ASSERT(rc == 0);
  }
}

/* A C11 thread's function returns int; c11.c says why it may be called as if it did not. */
__attribute__((no_sanitize("function"))) static void *thread_main(void *argument) {
  ffh_thread *self = argument;
  self->tid = (pid_t)ffh_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0);
  ffh_lanes_find_stack(self->index);
  ffh_names_tell(self->index);
  self->exit_rounds = PTHREAD_DESTRUCTOR_ITERATIONS;
  pthread_setspecific(exit_key, self);
  ffh_thread_arrived(self);
  ffh_thread_begin(self);
  ffh_here_now.side = self->side;
  return self->entry(self->argument);
}

void ffh_adopt_bury(ffh_thread *dead) {
  pid_t process = (pid_t)ffh_syscall(SYS_getpid, 0, 0, 0, 0, 0, 0);
  while (ffh_syscall(SYS_tgkill, process, dead->tid, 0, 0, 0, 0) == 0) {
    ffh_syscall(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
  }
  dead->state = FFH_THREAD_ZOMBIE;
  if (dead->detached) {
    ffh_real()->pthread_join(dead->handle, NULL);
    ffh_thread_forget(dead);
  }
}

static int create(ffh_thread *self, pthread_t *handle, const pthread_attr_t *attributes,
                  void *(*entry)(void *), void *argument) {
  make_exit_key();
  ffh_thread *thread = ffh_thread_adopt();
  if (thread == NULL) {
    ffh_not_controlled("pthread_create: too many threads at once");
    return ffh_sides_create(handle, attributes, entry, argument);
  }
  pthread_attr_t joinable;
  int detach_state = PTHREAD_CREATE_JOINABLE;
  if (attributes != NULL && pthread_attr_getdetachstate(attributes, &detach_state) == 0 &&
      detach_state == PTHREAD_CREATE_DETACHED) {
    joinable = *attributes; /* shares what it points to, and is never destroyed */
    pthread_attr_setdetachstate(&joinable, PTHREAD_CREATE_JOINABLE);
    attributes = &joinable;
    thread->detached = true;
  }
  thread->entry = entry;
  thread->argument = argument;
  /* What libc allocates for the thread is freed by whichever thread buries it: nobody's memory. */
  uint8_t side = ffh_here_now.side;
  thread->side = side == FFH_SIDE_LEGACY ? FFH_SIDE_LEGACY : FFH_SIDE_LIBRARY;
  ffh_here_now.side = FFH_SIDE_HARNESS;
  int rc = ffh_real()->pthread_create(&thread->handle, attributes, thread_main, thread);
  ffh_here_now.side = side;
  if (rc != 0) {
    ffh_thread_forget(thread);
    return rc;
  }
  ffh_thread_wait_arrival(thread);
  *handle = thread->handle;
  ffh_thread_ready(thread);
  ffh_point(FFH_OP_SPAWN, thread);
  (void)self;
  return 0;
}

FFH_EXPORT int pthread_create(pthread_t *handle, const pthread_attr_t *attributes,
                              void *(*entry)(void *), void *argument) {
  FFH_MODEL(ffh_sides_create(handle, attributes, entry, argument));
  return create(self, handle, attributes, entry, argument);
}

/* ---- joining ---- */

static int take_result(ffh_thread *thread, void **result) {
  int rc = ffh_real()->pthread_join(thread->handle, result);
  if (rc == 0) {
    ffh_thread_forget(thread);
  }
  return rc;
}

static int join(ffh_thread *self, pthread_t handle, void **result, uint64_t deadline_ns) {
  ffh_thread *thread = ffh_thread_find(handle);
  if (thread == NULL) {
    return ffh_real()->pthread_join(handle, result);
  }
  if (thread == self) {
    return EDEADLK;
  }
  if (thread->detached) {
    return EINVAL;
  }
  ffh_point(FFH_OP_JOIN, thread);
  while (thread->state != FFH_THREAD_ZOMBIE) {
    ffh_wake why = ffh_block(FFH_OP_JOIN, thread, deadline_ns, true);
    if (why == FFH_WAKE_TIMED_OUT) {
      return ETIMEDOUT;
    }
    ffh_cancel_if(why);
  }
  return take_result(thread, result);
}

FFH_EXPORT int pthread_join(pthread_t handle, void **result) {
  FFH_MODEL(ffh_real()->pthread_join(handle, result));
  return join(self, handle, result, FFH_NO_DEADLINE);
}

FFH_EXPORT int pthread_timedjoin_np(pthread_t handle, void **result,
                                    const struct timespec *deadline) {
  FFH_MODEL(ffh_real()->pthread_timedjoin_np(handle, result, deadline));
  uint64_t deadline_ns = 0;
  if (!ffh_deadline(CLOCK_REALTIME, deadline, &deadline_ns)) {
    return EINVAL;
  }
  return join(self, handle, result, deadline_ns);
}

FFH_EXPORT int pthread_clockjoin_np(pthread_t handle, void **result, clockid_t clock,
                                    const struct timespec *deadline) {
  FFH_MODEL(ffh_real()->pthread_join(handle, result));
  uint64_t deadline_ns = 0;
  if (!ffh_deadline(clock, deadline, &deadline_ns)) {
    return EINVAL;
  }
  return join(self, handle, result, deadline_ns);
}

FFH_EXPORT int pthread_tryjoin_np(pthread_t handle, void **result) {
  FFH_MODEL(ffh_real()->pthread_tryjoin_np(handle, result));
  ffh_thread *thread = ffh_thread_find(handle);
  if (thread == NULL) {
    return ffh_real()->pthread_tryjoin_np(handle, result);
  }
  ffh_try_point(FFH_OP_JOIN, thread);
  ffh_tried(thread->state == FFH_THREAD_ZOMBIE);
  if (thread->state != FFH_THREAD_ZOMBIE) {
    return EBUSY;
  }
  return take_result(thread, result);
}

FFH_EXPORT int pthread_detach(pthread_t handle) {
  FFH_MODEL(ffh_real()->pthread_detach(handle));
  ffh_thread *thread = ffh_thread_find(handle);
  if (thread == NULL) {
    return ffh_real()->pthread_detach(handle);
  }
  if (thread->detached) {
    return EINVAL;
  }
  ffh_point(FFH_OP_JOIN, thread);
  thread->detached = true;
  return thread->state == FFH_THREAD_ZOMBIE ? take_result(thread, NULL) : 0;
}

/* ---- cancellation: deferred, at the operations that can wait ---- */

bool ffh_cancel_is_enabled(void) {
  int before = PTHREAD_CANCEL_ENABLE;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
  pthread_setcancelstate(before, NULL);
  return before == PTHREAD_CANCEL_ENABLE;
}

void ffh_cancel_if(ffh_wake why) {
  if (why == FFH_WAKE_CANCELLED) {
    ffh_self->cancelled = false; /* what it does while it ends may wait */
    pthread_testcancel();
  }
}

FFH_EXPORT int pthread_cancel(pthread_t handle) {
  FFH_MODEL(ffh_real()->pthread_cancel(handle));
  ffh_thread *thread = ffh_thread_find(handle);
  ffh_point(FFH_OP_WAKE, thread);
  int rc = ffh_real()->pthread_cancel(handle);
  if (thread != NULL && rc == 0) {
    thread->cancelled = true;
    if (thread->cancellable) {
      ffh_wake_thread(thread, FFH_WAKE_CANCELLED);
    }
  }
  return rc;
}
