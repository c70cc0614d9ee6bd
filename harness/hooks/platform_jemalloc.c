/* What jemalloc gets in place of libc's functions that the scheduler models: a thread is never
 * preempted inside the allocator, and what the allocator does depends on no clock. */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/syscall.h"

/* Mutexes as in Drepper, "Futexes Are Tricky" (2011): 0 free, 1 held, 2 held and waited for. In the
 * first word of a pthread_mutex_t, which libc's initialiser sets to 0. */
enum { FREE, HELD, WAITED_FOR };

static atomic_int *word(pthread_mutex_t *mutex) {
  return (atomic_int *)(void *)mutex;
}

int ffh_je_mutex_trylock(pthread_mutex_t *mutex);
int ffh_je_mutex_trylock(pthread_mutex_t *mutex) {
  int seen = FREE;
  return atomic_compare_exchange_strong_explicit(word(mutex), &seen, HELD, memory_order_acquire,
                                                 memory_order_relaxed)
             ? 0
             : EBUSY;
}

int ffh_je_mutex_lock(pthread_mutex_t *mutex);
int ffh_je_mutex_lock(pthread_mutex_t *mutex) {
  if (ffh_je_mutex_trylock(mutex) != 0) {
    while (atomic_exchange_explicit(word(mutex), WAITED_FOR, memory_order_acquire) != FREE) {
      ffh_syscall(SYS_futex, (long)word(mutex), FUTEX_WAIT_PRIVATE, WAITED_FOR, 0, 0, 0);
    }
  }
  return 0;
}

int ffh_je_mutex_unlock(pthread_mutex_t *mutex);
int ffh_je_mutex_unlock(pthread_mutex_t *mutex) {
  if (atomic_exchange_explicit(word(mutex), FREE, memory_order_release) == WAITED_FOR) {
    ffh_syscall(SYS_futex, (long)word(mutex), FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
  }
  return 0;
}

/* Nothing decays, so no time is measured. */
int ffh_je_clock_gettime(clockid_t clock, struct timespec *now);
int ffh_je_clock_gettime(clockid_t clock, struct timespec *now) {
  (void)clock;
  *now = (struct timespec){1, 0};
  return 0;
}

int ffh_je_sched_yield(void);
int ffh_je_sched_yield(void) {
  return (int)ffh_syscall(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
}
