/* Condition variables. Who waits is the scheduler's list of blocked threads; the condition itself
 * is only a name. A signal wakes one waiter, drawn by the schedule: POSIX leaves open which. */
#include <errno.h>

#include "sched/models.h"
#include "sched/real.h"

FFH_MODEL_FILE(cond)

/* glibc keeps the clock that pthread_condattr_setclock chose in this bit of __wrefs. */
enum { MONOTONIC_BIT = 2 };

static clockid_t clock_of(const pthread_cond_t *condition) {
  return (condition->__data.__wrefs & MONOTONIC_BIT) != 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

static int wait_for(ffh_thread *self, pthread_cond_t *condition, pthread_mutex_t *mutex,
                    uint64_t deadline_ns) {
  ffh_check_lock(condition, sizeof *condition);
  ffh_check_lock(mutex, sizeof *mutex);
  ffh_point(FFH_OP_WAIT, condition);
  /* Nothing runs between the unlock and the wait. */
  int rc = ffh_mutex_unlock(self, mutex);
  if (rc != 0) {
    return rc;
  }
  ffh_wake why = ffh_block(FFH_OP_WAIT, condition, deadline_ns, true);
  rc = ffh_mutex_lock(self, mutex, FFH_NO_DEADLINE);
  ffh_cancel_if(why);
  return rc == 0 && why == FFH_WAKE_TIMED_OUT ? ETIMEDOUT : rc;
}

static int timed_wait(ffh_thread *self, pthread_cond_t *condition, pthread_mutex_t *mutex,
                      clockid_t clock, const struct timespec *at) {
  uint64_t deadline_ns = 0;
  if (!ffh_deadline(clock, at, &deadline_ns)) {
    return EINVAL;
  }
  return wait_for(self, condition, mutex, deadline_ns);
}

FFH_EXPORT int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex) {
  FFH_MODEL(ffh_real()->pthread_cond_wait(condition, mutex));
  return wait_for(self, condition, mutex, FFH_NO_DEADLINE);
}

FFH_EXPORT int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                                      const struct timespec *at) {
  FFH_MODEL(ffh_real()->pthread_cond_timedwait(condition, mutex, at));
  return timed_wait(self, condition, mutex, clock_of(condition), at);
}

FFH_EXPORT int pthread_cond_clockwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                                      clockid_t clock, const struct timespec *at) {
  FFH_MODEL(ffh_real()->pthread_cond_clockwait(condition, mutex, clock, at));
  return timed_wait(self, condition, mutex, clock, at);
}

FFH_EXPORT int pthread_cond_signal(pthread_cond_t *condition) {
  FFH_MODEL(ffh_real()->pthread_cond_signal(condition));
  (void)self;
  ffh_check_lock(condition, sizeof *condition);
  ffh_point(FFH_OP_WAKE, condition);
  if (ffh_wake_one(FFH_OP_WAIT, condition) == NULL) {
    ffh_wasted_wake(condition);
  }
  return ffh_real()->pthread_cond_signal(condition); /* for threads that are not controlled */
}

FFH_EXPORT int pthread_cond_broadcast(pthread_cond_t *condition) {
  FFH_MODEL(ffh_real()->pthread_cond_broadcast(condition));
  (void)self;
  ffh_check_lock(condition, sizeof *condition);
  ffh_point(FFH_OP_WAKE, condition);
  if (ffh_wake_all(FFH_OP_WAIT, condition) == 0) {
    ffh_wasted_wake(condition);
  }
  return ffh_real()->pthread_cond_broadcast(condition);
}

/* Waits until nobody waits any more, which it can only do while others run. */
FFH_EXPORT int pthread_cond_destroy(pthread_cond_t *condition) {
  FFH_MODEL(ffh_real()->pthread_cond_destroy(condition));
  (void)self;
  ffh_check_lock(condition, sizeof *condition);
  ffh_point(FFH_OP_WAKE, condition);
  return ffh_real()->pthread_cond_destroy(condition);
}
