/* Calls of scripts on mutexes, read-write locks and spin locks. */
#include <pthread.h>
#include <threads.h>
#include <time.h>

#include "script.h"

#define OBJECT(type) ((type *)ffh_script_object(words[0]))

#define PLAIN(name, type, function)            \
  static long name(const char *const *words) { \
    return function(OBJECT(type));             \
  }
#define TIMED(name, type, function)                                 \
  static long name(const char *const *words) {                      \
    struct timespec at = ffh_script_time(CLOCK_REALTIME, words[1]); \
    return function(OBJECT(type), &at);                             \
  }
#define CLOCKED(name, type, function)                                \
  static long name(const char *const *words) {                       \
    struct timespec at = ffh_script_time(CLOCK_MONOTONIC, words[1]); \
    return function(OBJECT(type), CLOCK_MONOTONIC, &at);             \
  }

PLAIN(lock, pthread_mutex_t, pthread_mutex_lock)
PLAIN(trylock, pthread_mutex_t, pthread_mutex_trylock)
PLAIN(unlock, pthread_mutex_t, pthread_mutex_unlock)
PLAIN(destroy, pthread_mutex_t, pthread_mutex_destroy)
PLAIN(consistent, pthread_mutex_t, pthread_mutex_consistent)
TIMED(timedlock, pthread_mutex_t, pthread_mutex_timedlock)
CLOCKED(clocklock, pthread_mutex_t, pthread_mutex_clocklock)

static long clocklock_real(const char *const *words) {
  struct timespec at = ffh_script_time(CLOCK_REALTIME, words[1]);
  return pthread_mutex_clocklock(OBJECT(pthread_mutex_t), CLOCK_REALTIME, &at);
}

/* Tries until it has it. */
static long trylocks(const char *const *words) {
  int rc;
  while ((rc = pthread_mutex_trylock(OBJECT(pthread_mutex_t))) != 0) {
  }
  return rc;
}

PLAIN(rdlock, pthread_rwlock_t, pthread_rwlock_rdlock)
PLAIN(wrlock, pthread_rwlock_t, pthread_rwlock_wrlock)
PLAIN(tryrdlock, pthread_rwlock_t, pthread_rwlock_tryrdlock)
PLAIN(trywrlock, pthread_rwlock_t, pthread_rwlock_trywrlock)
PLAIN(rwunlock, pthread_rwlock_t, pthread_rwlock_unlock)
PLAIN(rwdestroy, pthread_rwlock_t, pthread_rwlock_destroy)
TIMED(timedrdlock, pthread_rwlock_t, pthread_rwlock_timedrdlock)
TIMED(timedwrlock, pthread_rwlock_t, pthread_rwlock_timedwrlock)
CLOCKED(clockrdlock, pthread_rwlock_t, pthread_rwlock_clockrdlock)
CLOCKED(clockwrlock, pthread_rwlock_t, pthread_rwlock_clockwrlock)

PLAIN(spinlock, pthread_spinlock_t, pthread_spin_lock)
PLAIN(spintry, pthread_spinlock_t, pthread_spin_trylock)
PLAIN(spinunlock, pthread_spinlock_t, pthread_spin_unlock)

/* C11's results by name would hide which number is which: thrd_busy is 1, thrd_timedout 4. */
PLAIN(mtxlock, mtx_t, mtx_lock)
PLAIN(mtxtry, mtx_t, mtx_trylock)
PLAIN(mtxunlock, mtx_t, mtx_unlock)
TIMED(mtxtimed, mtx_t, mtx_timedlock)

const ffh_script_call ffh_script_locks[] = {
    {"lock", FFH_SCRIPT_ERROR, lock},
    {"trylock", FFH_SCRIPT_ERROR, trylock},
    {"trylocks", FFH_SCRIPT_ERROR, trylocks},
    {"unlock", FFH_SCRIPT_ERROR, unlock},
    {"destroy", FFH_SCRIPT_ERROR, destroy},
    {"consistent", FFH_SCRIPT_ERROR, consistent},
    {"timedlock", FFH_SCRIPT_ERROR, timedlock},
    {"clocklock", FFH_SCRIPT_ERROR, clocklock},
    {"clocklock-real", FFH_SCRIPT_ERROR, clocklock_real},
    {"rdlock", FFH_SCRIPT_ERROR, rdlock},
    {"wrlock", FFH_SCRIPT_ERROR, wrlock},
    {"tryrdlock", FFH_SCRIPT_ERROR, tryrdlock},
    {"trywrlock", FFH_SCRIPT_ERROR, trywrlock},
    {"rwunlock", FFH_SCRIPT_ERROR, rwunlock},
    {"rwdestroy", FFH_SCRIPT_ERROR, rwdestroy},
    {"timedrdlock", FFH_SCRIPT_ERROR, timedrdlock},
    {"timedwrlock", FFH_SCRIPT_ERROR, timedwrlock},
    {"clockrdlock", FFH_SCRIPT_ERROR, clockrdlock},
    {"clockwrlock", FFH_SCRIPT_ERROR, clockwrlock},
    {"spinlock", FFH_SCRIPT_ERROR, spinlock},
    {"spintry", FFH_SCRIPT_ERROR, spintry},
    {"spinunlock", FFH_SCRIPT_ERROR, spinunlock},
    {"mtxlock", FFH_SCRIPT_VALUE, mtxlock},
    {"mtxtry", FFH_SCRIPT_VALUE, mtxtry},
    {"mtxunlock", FFH_SCRIPT_VALUE, mtxunlock},
    {"mtxtimed", FFH_SCRIPT_VALUE, mtxtimed},
    {NULL, FFH_SCRIPT_SILENT, NULL},
};
