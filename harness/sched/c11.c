/* C11 threads. glibc's types are pthread's under another name, so each call is its partner's. */
#include <errno.h>
#include <stdint.h>
#include <threads.h>

#include "sched/models.h"
#include "sched/real.h"

FFH_MODEL_FILE(c11)

static int result_of(int rc) {
  switch (rc) {
    case 0:
      return thrd_success;
    case ENOMEM:
      return thrd_nomem;
    case ETIMEDOUT:
      return thrd_timedout;
    case EBUSY:
      return thrd_busy;
    default:
      return thrd_error;
  }
}

FFH_EXPORT int mtx_lock(mtx_t *mutex) {
  return result_of(pthread_mutex_lock((pthread_mutex_t *)mutex));
}

FFH_EXPORT int mtx_trylock(mtx_t *mutex) {
  return result_of(pthread_mutex_trylock((pthread_mutex_t *)mutex));
}

FFH_EXPORT int mtx_timedlock(mtx_t *restrict mutex, const struct timespec *restrict at) {
  return result_of(pthread_mutex_timedlock((pthread_mutex_t *)mutex, at));
}

FFH_EXPORT int mtx_unlock(mtx_t *mutex) {
  return result_of(pthread_mutex_unlock((pthread_mutex_t *)mutex));
}

FFH_EXPORT void mtx_destroy(mtx_t *mutex) {
  pthread_mutex_destroy((pthread_mutex_t *)mutex);
}

FFH_EXPORT int cnd_wait(cnd_t *condition, mtx_t *mutex) {
  return result_of(pthread_cond_wait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex));
}

FFH_EXPORT int cnd_timedwait(cnd_t *restrict condition, mtx_t *restrict mutex,
                             const struct timespec *restrict at) {
  return result_of(
      pthread_cond_timedwait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex, at));
}

FFH_EXPORT int cnd_signal(cnd_t *condition) {
  return result_of(pthread_cond_signal((pthread_cond_t *)condition));
}

FFH_EXPORT int cnd_broadcast(cnd_t *condition) {
  return result_of(pthread_cond_broadcast((pthread_cond_t *)condition));
}

FFH_EXPORT void cnd_destroy(cnd_t *condition) {
  pthread_cond_destroy((pthread_cond_t *)condition);
}

FFH_EXPORT void call_once(once_flag *flag, void (*fn)(void)) {
  (void)pthread_once((pthread_once_t *)flag, fn);
}

/* A thread function that returns int, run as one that returns a pointer. The signatures differ in
 * the return type only, which the calling conventions of our platforms put in the same register;
 * glibc does the same. */
FFH_EXPORT int thrd_create(thrd_t *thread, thrd_start_t entry, void *argument) {
  return result_of(pthread_create(thread, NULL, (void *(*)(void *))(uintptr_t)entry, argument));
}

FFH_EXPORT int thrd_join(thrd_t thread, int *result) {
  void *value = NULL;
  int rc = pthread_join(thread, &value);
  if (rc == 0 && result != NULL) {
    *result = (int)(intptr_t)value;
  }
  return result_of(rc);
}

FFH_EXPORT int thrd_detach(thrd_t thread) {
  return result_of(pthread_detach(thread));
}

FFH_EXPORT void thrd_yield(void) {
  (void)sched_yield();
}

FFH_EXPORT int thrd_sleep(const struct timespec *time, struct timespec *left) {
  int rc = clock_nanosleep(CLOCK_REALTIME, 0, time, left);
  return rc == 0 ? 0 : rc == EINTR ? -1 : -2;
}
