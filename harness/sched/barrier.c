/* Barriers, once and semaphores. A semaphore keeps its own state and is tried, as locks are. A
 * barrier and a once cannot be tried, so for controlled threads their state is kept here. */
#include <errno.h>
#include <limits.h>

#include "base/tsan.h"
#include "sched/models.h"
#include "sched/real.h"
#include "sched/trace.h"

FFH_MODEL_FILE(barrier)

/* ---- barriers ---- */

/* In the barrier's own memory, whose layout is private to libc: whoever initialises one through us
 * finds our state there. */
typedef struct barrier {
  uint32_t magic, count, arrived, round;
} barrier;

enum { BARRIER_MAGIC = 0x46464862 };

_Static_assert(sizeof(barrier) <= sizeof(pthread_barrier_t), "our state fits");

FFH_EXPORT int pthread_barrier_init(pthread_barrier_t *at, const pthread_barrierattr_t *attributes,
                                    unsigned count) {
  FFH_MODEL(ffh_real()->pthread_barrier_init(at, attributes, count));
  (void)self;
  if (count == 0 || count > INT_MAX) {
    return EINVAL;
  }
  *(barrier *)at = (barrier){.magic = BARRIER_MAGIC, .count = count};
  return 0;
}

FFH_EXPORT int pthread_barrier_wait(pthread_barrier_t *at) {
  FFH_MODEL(ffh_real()->pthread_barrier_wait(at));
  (void)self;
  barrier *state = (barrier *)at;
  ffh_check_lock(at, sizeof *at);
  ffh_point(FFH_OP_WAIT, at);
  if (state->magic != BARRIER_MAGIC) {
    ffh_not_controlled("pthread_barrier_wait: initialised outside a call");
    return ffh_real()->pthread_barrier_wait(at);
  }
  ffh_tsan_release(at);
  uint32_t round = state->round;
  if (++state->arrived == state->count) {
    state->arrived = 0;
    state->round++;
    ffh_wake_all(FFH_OP_WAIT, at);
    ffh_tsan_acquire(at);
    return PTHREAD_BARRIER_SERIAL_THREAD;
  }
  while (state->round == round) {
    (void)ffh_block(FFH_OP_WAIT, at, FFH_NO_DEADLINE, false);
    ffh_check_lock(at, sizeof *at);
  }
  ffh_tsan_acquire(at);
  return 0;
}

FFH_EXPORT int pthread_barrier_destroy(pthread_barrier_t *at) {
  FFH_MODEL(ffh_real()->pthread_barrier_destroy(at));
  (void)self;
  barrier *state = (barrier *)at;
  ffh_check_lock(at, sizeof *at);
  ffh_point(FFH_OP_UNLOCK, at);
  if (state->magic != BARRIER_MAGIC) {
    return ffh_real()->pthread_barrier_destroy(at);
  }
  if (state->arrived != 0) {
    ffh_fault(FFH_FAULT_LOCK_HELD, at);
  }
  state->magic = 0;
  return 0;
}

/* ---- once ---- */

/* The values of a once that has run, and of one that runs: glibc's, or ThreadSanitizer's, which
 * does without glibc. */
static int once_done(void) {
  return ffh_tsan_is_here() ? 1 : 2;
}

static int once_running(void) {
  return ffh_tsan_is_here() ? 1 << 16 : 1;
}

static void reset_once(void *at) {
  *(pthread_once_t *)at = 0;
  ffh_wake_all(FFH_OP_WAIT, at);
}

FFH_EXPORT int pthread_once(pthread_once_t *at, void (*fn)(void)) {
  /* One that has run orders memory and nothing else. The unwinder asks one each time, in places
   * where others must not run. */
  if (__atomic_load_n(at, __ATOMIC_ACQUIRE) == once_done()) {
    ffh_tsan_acquire(at);
    return 0;
  }
  FFH_MODEL(ffh_real()->pthread_once(at, fn));
  /* A system library's own runs in the first input of a process that needs it, and in no other: as
   * a point it would be missing from a replay. */
  if (ffh_trace_pc(self->pc) != 0) {
    ffh_point(FFH_OP_WAIT, at);
  }
  for (;;) {
    int state = __atomic_load_n(at, __ATOMIC_ACQUIRE);
    if (state == once_done()) {
      ffh_tsan_acquire(at);
      return 0;
    }
    if (state == 0) {
      break;
    }
    (void)ffh_block(FFH_OP_WAIT, at, FFH_NO_DEADLINE, false);
  }
  *at = once_running();
  /* A cancelled or throwing function leaves the once as it was. */
  pthread_cleanup_push(reset_once, at);
  fn();
  pthread_cleanup_pop(0);
  ffh_tsan_release(at);
  __atomic_store_n(at, once_done(), __ATOMIC_RELEASE);
  ffh_wake_all(FFH_OP_WAIT, at);
  return 0;
}

/* ---- semaphores ---- */

static int wait_semaphore(sem_t *semaphore, uint64_t deadline_ns) {
  for (;;) {
    int saved = errno;
    if (ffh_real()->sem_trywait(semaphore) == 0) {
      return 0;
    }
    if (errno != EAGAIN) {
      return -1;
    }
    errno = saved;
    ffh_wake why = ffh_block(FFH_OP_WAIT, semaphore, deadline_ns, true);
    ffh_cancel_if(why);
    if (why == FFH_WAKE_TIMED_OUT) {
      errno = ETIMEDOUT;
      return -1;
    }
    ffh_check_lock(semaphore, sizeof *semaphore);
  }
}

FFH_EXPORT int sem_wait(sem_t *semaphore) {
  FFH_MODEL(ffh_real()->sem_wait(semaphore));
  (void)self;
  ffh_check_lock(semaphore, sizeof *semaphore);
  ffh_point(FFH_OP_WAIT, semaphore);
  pthread_testcancel(); /* also when it would not wait */
  return wait_semaphore(semaphore, FFH_NO_DEADLINE);
}

FFH_EXPORT int sem_trywait(sem_t *semaphore) {
  FFH_MODEL(ffh_real()->sem_trywait(semaphore));
  (void)self;
  ffh_check_lock(semaphore, sizeof *semaphore);
  ffh_try_point(FFH_OP_WAIT, semaphore);
  int rc = ffh_real()->sem_trywait(semaphore);
  ffh_tried(rc == 0);
  return rc;
}

static int timed_wait(sem_t *semaphore, clockid_t clock, const struct timespec *at) {
  uint64_t deadline_ns = 0;
  ffh_check_lock(semaphore, sizeof *semaphore);
  ffh_point(FFH_OP_WAIT, semaphore);
  if (!ffh_deadline(clock, at, &deadline_ns)) {
    errno = EINVAL;
    return -1;
  }
  pthread_testcancel();
  return wait_semaphore(semaphore, deadline_ns);
}

FFH_EXPORT int sem_timedwait(sem_t *semaphore, const struct timespec *at) {
  FFH_MODEL(ffh_real()->sem_timedwait(semaphore, at));
  (void)self;
  return timed_wait(semaphore, CLOCK_REALTIME, at);
}

FFH_EXPORT int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *at) {
  FFH_MODEL(ffh_real()->sem_clockwait(semaphore, clock, at));
  (void)self;
  return timed_wait(semaphore, clock, at);
}

FFH_EXPORT int sem_post(sem_t *semaphore) {
  FFH_MODEL(ffh_real()->sem_post(semaphore));
  (void)self;
  ffh_check_lock(semaphore, sizeof *semaphore);
  ffh_point(FFH_OP_WAKE, semaphore);
  int rc = ffh_real()->sem_post(semaphore);
  ffh_wake_all(FFH_OP_WAIT, semaphore);
  return rc;
}
