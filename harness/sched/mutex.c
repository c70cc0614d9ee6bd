/* Mutexes, read-write locks and spin locks, pthread's and C11's.
 *
 * The real lock keeps the state: a controlled thread only ever tries it, and waits in the scheduler
 * while somebody else has it. So types, robustness and error returns are libc's own, a sanitizer
 * that follows locks sees them, and threads that are not controlled may use the same lock. */
#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <threads.h>

#include "base/asan.h"
#include "base/syscall.h"
#include "sched/models.h"
#include "sched/real.h"

FFH_MODEL_FILE(mutex)

/* glibc's type of a mutex is in the low bits of __kind, and a robust one has this bit. */
enum { MUTEX_TYPE = 3, MUTEX_ROBUST = 16 };

void ffh_check_lock(const void *lock, size_t size) {
  if (__asan_region_is_poisoned != NULL &&
      __asan_region_is_poisoned((void *)(uintptr_t)lock, size) != NULL) {
    ffh_fault(FFH_FAULT_LOCK_FREED, lock);
  }
}

/* ---- mutexes ---- */

static bool is_error_checking(const pthread_mutex_t *mutex) {
  return (mutex->__data.__kind & MUTEX_TYPE) == PTHREAD_MUTEX_ERRORCHECK;
}

/* Those that return EPERM to who does not own them; for the others that is undefined. */
static bool checks_owner(const pthread_mutex_t *mutex) {
  int kind = mutex->__data.__kind;
  return (kind & MUTEX_ROBUST) != 0 || (kind & MUTEX_TYPE) == PTHREAD_MUTEX_RECURSIVE ||
         is_error_checking(mutex);
}

/* The list that the kernel walks when a thread has died. */
void ffh_mutex_owner_dies(void) {
  struct robust_list_head *head = NULL;
  size_t size = 0;
  if (ffh_syscall(SYS_get_robust_list, 0, (long)&head, (long)&size, 0, 0, 0) != 0 || head == NULL) {
    return;
  }
  for (struct robust_list *at = head->list.next; at != &head->list; at = at->next) {
    uintptr_t entry = (uintptr_t)at & ~(uintptr_t)1; /* the bit says that it inherits priority */
    ffh_wake_all(FFH_OP_LOCK, (void *)(entry - offsetof(pthread_mutex_t, __data.__list.__next)));
  }
}

int ffh_mutex_lock(ffh_thread *self, pthread_mutex_t *mutex, uint64_t deadline_ns) {
  for (;;) {
    int rc = ffh_real()->pthread_mutex_trylock(mutex);
    if (rc != EBUSY) {
      return rc;
    }
    if (mutex->__data.__owner == self->tid) {
      if (is_error_checking(mutex)) {
        return EDEADLK;
      }
      if (deadline_ns == FFH_NO_DEADLINE) {
        ffh_fault(FFH_FAULT_SELF_DEADLOCK, mutex);
      }
    }
    if (ffh_block(FFH_OP_LOCK, mutex, deadline_ns, false) == FFH_WAKE_TIMED_OUT) {
      return ETIMEDOUT;
    }
    ffh_check_lock(mutex, sizeof *mutex);
  }
}

int ffh_mutex_unlock(ffh_thread *self, pthread_mutex_t *mutex) {
  (void)self;
  int rc = ffh_real()->pthread_mutex_unlock(mutex);
  ffh_wake_all(FFH_OP_LOCK, mutex);
  return rc;
}

FFH_EXPORT int pthread_mutex_lock(pthread_mutex_t *mutex) {
  FFH_MODEL(ffh_real()->pthread_mutex_lock(mutex));
  ffh_check_lock(mutex, sizeof *mutex);
  ffh_point(FFH_OP_LOCK, mutex);
  return ffh_mutex_lock(self, mutex, FFH_NO_DEADLINE);
}

static int timed_lock(ffh_thread *self, pthread_mutex_t *mutex, clockid_t clock,
                      const struct timespec *at) {
  uint64_t deadline_ns = 0;
  ffh_check_lock(mutex, sizeof *mutex);
  ffh_point(FFH_OP_LOCK, mutex);
  int rc = ffh_real()->pthread_mutex_trylock(mutex);
  if (rc != EBUSY) {
    return rc; /* the time does not matter then */
  }
  return ffh_deadline(clock, at, &deadline_ns) ? ffh_mutex_lock(self, mutex, deadline_ns) : EINVAL;
}

FFH_EXPORT int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *at) {
  FFH_MODEL(ffh_real()->pthread_mutex_timedlock(mutex, at));
  return timed_lock(self, mutex, CLOCK_REALTIME, at);
}

FFH_EXPORT int pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock,
                                       const struct timespec *at) {
  FFH_MODEL(ffh_real()->pthread_mutex_clocklock(mutex, clock, at));
  return timed_lock(self, mutex, clock, at);
}

FFH_EXPORT int pthread_mutex_trylock(pthread_mutex_t *mutex) {
  FFH_MODEL(ffh_real()->pthread_mutex_trylock(mutex));
  (void)self;
  ffh_check_lock(mutex, sizeof *mutex);
  ffh_try_point(FFH_OP_LOCK, mutex);
  int rc = ffh_real()->pthread_mutex_trylock(mutex);
  ffh_tried(rc != EBUSY);
  return rc;
}

FFH_EXPORT int pthread_mutex_unlock(pthread_mutex_t *mutex) {
  FFH_MODEL(ffh_real()->pthread_mutex_unlock(mutex));
  ffh_check_lock(mutex, sizeof *mutex);
  ffh_point(FFH_OP_UNLOCK, mutex);
  if (!checks_owner(mutex) && mutex->__data.__owner != self->tid) {
    ffh_fault(FFH_FAULT_UNLOCK_NOT_OWNER, mutex);
  }
  return ffh_mutex_unlock(self, mutex);
}

FFH_EXPORT int pthread_mutex_destroy(pthread_mutex_t *mutex) {
  FFH_MODEL(ffh_real()->pthread_mutex_destroy(mutex));
  (void)self;
  ffh_check_lock(mutex, sizeof *mutex);
  ffh_point(FFH_OP_UNLOCK, mutex);
  if (mutex->__data.__owner != 0) {
    ffh_fault(FFH_FAULT_LOCK_HELD, mutex);
  }
  return ffh_real()->pthread_mutex_destroy(mutex);
}

/* ---- read-write locks ---- */

typedef int (*try_rwlock)(pthread_rwlock_t *lock);

static int rwlock(ffh_thread *self, pthread_rwlock_t *lock, try_rwlock attempt,
                  uint64_t deadline_ns) {
  for (;;) {
    int rc = attempt(lock);
    if (rc != EBUSY) {
      return rc;
    }
    if (lock->__data.__cur_writer == self->tid) {
      return EDEADLK;
    }
    if (ffh_block(FFH_OP_LOCK, lock, deadline_ns, false) == FFH_WAKE_TIMED_OUT) {
      return ETIMEDOUT;
    }
    ffh_check_lock(lock, sizeof *lock);
  }
}

static int timed_rwlock(ffh_thread *self, pthread_rwlock_t *lock, try_rwlock attempt,
                        clockid_t clock, const struct timespec *at) {
  uint64_t deadline_ns = 0;
  ffh_check_lock(lock, sizeof *lock);
  ffh_point(FFH_OP_LOCK, lock);
  int rc = attempt(lock);
  if (rc != EBUSY) {
    return rc;
  }
  return ffh_deadline(clock, at, &deadline_ns) ? rwlock(self, lock, attempt, deadline_ns) : EINVAL;
}

static int untimed_rwlock(ffh_thread *self, pthread_rwlock_t *lock, try_rwlock attempt) {
  ffh_check_lock(lock, sizeof *lock);
  ffh_point(FFH_OP_LOCK, lock);
  return rwlock(self, lock, attempt, FFH_NO_DEADLINE);
}

static int once_rwlock(pthread_rwlock_t *lock, try_rwlock attempt) {
  ffh_check_lock(lock, sizeof *lock);
  ffh_try_point(FFH_OP_LOCK, lock);
  int rc = attempt(lock);
  ffh_tried(rc != EBUSY);
  return rc;
}

FFH_EXPORT int pthread_rwlock_rdlock(pthread_rwlock_t *lock) {
  FFH_MODEL(ffh_real()->pthread_rwlock_rdlock(lock));
  return untimed_rwlock(self, lock, ffh_real()->pthread_rwlock_tryrdlock);
}

FFH_EXPORT int pthread_rwlock_wrlock(pthread_rwlock_t *lock) {
  FFH_MODEL(ffh_real()->pthread_rwlock_wrlock(lock));
  return untimed_rwlock(self, lock, ffh_real()->pthread_rwlock_trywrlock);
}

FFH_EXPORT int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock) {
  FFH_MODEL(ffh_real()->pthread_rwlock_tryrdlock(lock));
  (void)self;
  return once_rwlock(lock, ffh_real()->pthread_rwlock_tryrdlock);
}

FFH_EXPORT int pthread_rwlock_trywrlock(pthread_rwlock_t *lock) {
  FFH_MODEL(ffh_real()->pthread_rwlock_trywrlock(lock));
  (void)self;
  return once_rwlock(lock, ffh_real()->pthread_rwlock_trywrlock);
}

FFH_EXPORT int pthread_rwlock_timedrdlock(pthread_rwlock_t *lock, const struct timespec *at) {
  FFH_MODEL(ffh_real()->pthread_rwlock_timedrdlock(lock, at));
  return timed_rwlock(self, lock, ffh_real()->pthread_rwlock_tryrdlock, CLOCK_REALTIME, at);
}

FFH_EXPORT int pthread_rwlock_timedwrlock(pthread_rwlock_t *lock, const struct timespec *at) {
  FFH_MODEL(ffh_real()->pthread_rwlock_timedwrlock(lock, at));
  return timed_rwlock(self, lock, ffh_real()->pthread_rwlock_trywrlock, CLOCK_REALTIME, at);
}

FFH_EXPORT int pthread_rwlock_clockrdlock(pthread_rwlock_t *lock, clockid_t clock,
                                          const struct timespec *at) {
  FFH_MODEL(ffh_real()->pthread_rwlock_clockrdlock(lock, clock, at));
  return timed_rwlock(self, lock, ffh_real()->pthread_rwlock_tryrdlock, clock, at);
}

FFH_EXPORT int pthread_rwlock_clockwrlock(pthread_rwlock_t *lock, clockid_t clock,
                                          const struct timespec *at) {
  FFH_MODEL(ffh_real()->pthread_rwlock_clockwrlock(lock, clock, at));
  return timed_rwlock(self, lock, ffh_real()->pthread_rwlock_trywrlock, clock, at);
}

FFH_EXPORT int pthread_rwlock_unlock(pthread_rwlock_t *lock) {
  FFH_MODEL(ffh_real()->pthread_rwlock_unlock(lock));
  ffh_check_lock(lock, sizeof *lock);
  ffh_point(FFH_OP_UNLOCK, lock);
  bool written = lock->__data.__cur_writer != 0;
  if (written ? lock->__data.__cur_writer != self->tid : lock->__data.__readers >> 3 == 0) {
    ffh_fault(FFH_FAULT_UNLOCK_NOT_OWNER, lock);
  }
  int rc = ffh_real()->pthread_rwlock_unlock(lock);
  ffh_wake_all(FFH_OP_LOCK, lock);
  return rc;
}

FFH_EXPORT int pthread_rwlock_destroy(pthread_rwlock_t *lock) {
  FFH_MODEL(ffh_real()->pthread_rwlock_destroy(lock));
  (void)self;
  ffh_check_lock(lock, sizeof *lock);
  ffh_point(FFH_OP_UNLOCK, lock);
  if (lock->__data.__cur_writer != 0 || lock->__data.__readers >> 3 != 0) {
    ffh_fault(FFH_FAULT_LOCK_HELD, lock);
  }
  return ffh_real()->pthread_rwlock_destroy(lock);
}

/* ---- spin locks ---- */

FFH_EXPORT int pthread_spin_lock(pthread_spinlock_t *lock) {
  FFH_MODEL(ffh_real()->pthread_spin_lock(lock));
  (void)self;
  ffh_check_lock((const void *)(uintptr_t)lock, sizeof *lock);
  ffh_point(FFH_OP_LOCK, (const void *)(uintptr_t)lock);
  while (ffh_real()->pthread_spin_trylock(lock) == EBUSY) {
    (void)ffh_block(FFH_OP_LOCK, (const void *)(uintptr_t)lock, FFH_NO_DEADLINE, false);
  }
  return 0;
}

FFH_EXPORT int pthread_spin_trylock(pthread_spinlock_t *lock) {
  FFH_MODEL(ffh_real()->pthread_spin_trylock(lock));
  (void)self;
  ffh_check_lock((const void *)(uintptr_t)lock, sizeof *lock);
  ffh_try_point(FFH_OP_LOCK, (const void *)(uintptr_t)lock);
  int rc = ffh_real()->pthread_spin_trylock(lock);
  ffh_tried(rc == 0);
  return rc;
}

FFH_EXPORT int pthread_spin_unlock(pthread_spinlock_t *lock) {
  FFH_MODEL(ffh_real()->pthread_spin_unlock(lock));
  (void)self;
  ffh_check_lock((const void *)(uintptr_t)lock, sizeof *lock);
  ffh_point(FFH_OP_UNLOCK, (const void *)(uintptr_t)lock);
  int rc = ffh_real()->pthread_spin_unlock(lock);
  ffh_wake_all(FFH_OP_LOCK, (const void *)(uintptr_t)lock);
  return rc;
}
