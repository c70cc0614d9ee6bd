/* Calls of scripts on conditions, barriers, onces, semaphores and futex words. */
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "script.h"

#define OBJECT(type, word) ((type *)ffh_script_object(words[word]))

/* ---- conditions: wait CONDITION MUTEX [MS] ---- */

static long wait_condition(const char *const *words) {
  return pthread_cond_wait(OBJECT(pthread_cond_t, 0), OBJECT(pthread_mutex_t, 1));
}

/* By the clock that the condition has. */
static long timedwait(const char *const *words) {
  int clock = words[0][0] == 'a' ? CLOCK_MONOTONIC : CLOCK_REALTIME;
  struct timespec at = ffh_script_time(clock, words[2]);
  return pthread_cond_timedwait(OBJECT(pthread_cond_t, 0), OBJECT(pthread_mutex_t, 1), &at);
}

static long clockwait_on(clockid_t clock, const char *const *words) {
  struct timespec at = ffh_script_time(clock, words[2]);
  return pthread_cond_clockwait(OBJECT(pthread_cond_t, 0), OBJECT(pthread_mutex_t, 1), clock, &at);
}

static long clockwait(const char *const *words) {
  return clockwait_on(CLOCK_MONOTONIC, words);
}

static long clockwait_real(const char *const *words) {
  return clockwait_on(CLOCK_REALTIME, words);
}

static long signal_one(const char *const *words) {
  return pthread_cond_signal(OBJECT(pthread_cond_t, 0));
}

static long broadcast(const char *const *words) {
  return pthread_cond_broadcast(OBJECT(pthread_cond_t, 0));
}

static long conddestroy(const char *const *words) {
  return pthread_cond_destroy(OBJECT(pthread_cond_t, 0));
}

static long cndwait(const char *const *words) {
  return cnd_wait(OBJECT(cnd_t, 0), OBJECT(mtx_t, 1));
}

static long cndtimed(const char *const *words) {
  struct timespec at = ffh_script_time(CLOCK_REALTIME, words[2]);
  return cnd_timedwait(OBJECT(cnd_t, 0), OBJECT(mtx_t, 1), &at);
}

static long cndsignal(const char *const *words) {
  return cnd_signal(OBJECT(cnd_t, 0));
}

static long cndbroadcast(const char *const *words) {
  return cnd_broadcast(OBJECT(cnd_t, 0));
}

/* ---- barriers and onces ---- */

static long barrier(const char *const *words) {
  return pthread_barrier_wait(OBJECT(pthread_barrier_t, 0));
}

static long barrierinit(const char *const *words) {
  return pthread_barrier_init(OBJECT(pthread_barrier_t, 0), NULL,
                              (unsigned)ffh_script_number(words[1]));
}

static long barrierdestroy(const char *const *words) {
  return pthread_barrier_destroy(OBJECT(pthread_barrier_t, 0));
}

/* Waits in the middle, so that others come by while it runs. */
static void init(void) {
  sem_t *semaphore = ffh_script_object("s2");
  ffh_script_note("init", FFH_SCRIPT_ERRNO, sem_wait(semaphore));
}

static long once(const char *const *words) {
  return pthread_once(OBJECT(pthread_once_t, 0), init);
}

static long callonce(const char *const *words) {
  call_once(OBJECT(once_flag, 0), init);
  return 0;
}

/* ---- semaphores ---- */

static long semwait(const char *const *words) {
  return sem_wait(OBJECT(sem_t, 0));
}

static long semtry(const char *const *words) {
  return sem_trywait(OBJECT(sem_t, 0));
}

static long semtimed(const char *const *words) {
  struct timespec at = ffh_script_time(CLOCK_REALTIME, words[1]);
  return sem_timedwait(OBJECT(sem_t, 0), &at);
}

static long semclock(const char *const *words) {
  struct timespec at = ffh_script_time(CLOCK_MONOTONIC, words[1]);
  return sem_clockwait(OBJECT(sem_t, 0), CLOCK_MONOTONIC, &at);
}

static long post(const char *const *words) {
  return sem_post(OBJECT(sem_t, 0));
}

/* ---- futex words ---- */

static long value_of(const char *word) {
  return word[0] == '\0' ? 0 : ffh_script_number(word);
}

/* fwait WORD EXPECTED [MS from now] */
static long fwait(const char *const *words) {
  struct timespec time = {.tv_nsec = value_of(words[2]) * 1000000};
  return syscall(SYS_futex, OBJECT(uint32_t, 0), FUTEX_WAIT_PRIVATE, value_of(words[1]),
                 words[2][0] == '\0' ? NULL : &time, NULL, 0);
}

/* fwaitbits WORD EXPECTED BITS [MS since the start] */
static long fwaitbits_on(clockid_t clock, int flag, const char *const *words) {
  struct timespec at = {0};
  if (words[3][0] != '\0') {
    at = ffh_script_time(clock, words[3]);
  }
  return syscall(SYS_futex, OBJECT(uint32_t, 0), FUTEX_WAIT_BITSET_PRIVATE | flag,
                 value_of(words[1]), words[3][0] == '\0' ? NULL : &at, NULL, value_of(words[2]));
}

static long fwaitbits(const char *const *words) {
  return fwaitbits_on(CLOCK_MONOTONIC, 0, words);
}

static long fwaitbits_real(const char *const *words) {
  return fwaitbits_on(CLOCK_REALTIME, FUTEX_CLOCK_REALTIME, words);
}

static long fwake(const char *const *words) {
  return syscall(SYS_futex, OBJECT(uint32_t, 0), FUTEX_WAKE_PRIVATE, value_of(words[1]), NULL, NULL,
                 0);
}

static long fwakebits(const char *const *words) {
  return syscall(SYS_futex, OBJECT(uint32_t, 0), FUTEX_WAKE_BITSET_PRIVATE, value_of(words[1]),
                 NULL, NULL, value_of(words[2]));
}

/* frequeue FROM WAKE MOVE TO */
static long frequeue(const char *const *words) {
  return syscall(SYS_futex, OBJECT(uint32_t, 0), FUTEX_REQUEUE_PRIVATE, value_of(words[1]),
                 value_of(words[2]), OBJECT(uint32_t, 3), 0);
}

/* fcmp FROM WAKE MOVE TO EXPECTED */
static long fcmp(const char *const *words) {
  return syscall(SYS_futex, OBJECT(uint32_t, 0), FUTEX_CMP_REQUEUE_PRIVATE, value_of(words[1]),
                 value_of(words[2]), OBJECT(uint32_t, 3), value_of(words[4]));
}

/* An operation that the kernel has and the model has not. */
static long flockpi(const char *const *words) {
  return syscall(SYS_futex, OBJECT(uint32_t, 0), FUTEX_TRYLOCK_PI_PRIVATE, 0, NULL, NULL, 0);
}

static long set(const char *const *words) {
  *OBJECT(uint32_t, 0) = (uint32_t)value_of(words[1]);
  return 0;
}

const ffh_script_call ffh_script_waits[] = {
    {"wait", FFH_SCRIPT_ERROR, wait_condition},
    {"timedwait", FFH_SCRIPT_ERROR, timedwait},
    {"clockwait", FFH_SCRIPT_ERROR, clockwait},
    {"clockwait-real", FFH_SCRIPT_ERROR, clockwait_real},
    {"signal", FFH_SCRIPT_ERROR, signal_one},
    {"broadcast", FFH_SCRIPT_ERROR, broadcast},
    {"conddestroy", FFH_SCRIPT_ERROR, conddestroy},
    {"cndwait", FFH_SCRIPT_VALUE, cndwait},
    {"cndtimed", FFH_SCRIPT_VALUE, cndtimed},
    {"cndsignal", FFH_SCRIPT_VALUE, cndsignal},
    {"cndbroadcast", FFH_SCRIPT_VALUE, cndbroadcast},
    {"barrier", FFH_SCRIPT_VALUE, barrier},
    {"barrierinit", FFH_SCRIPT_ERROR, barrierinit},
    {"barrierdestroy", FFH_SCRIPT_ERROR, barrierdestroy},
    {"once", FFH_SCRIPT_ERROR, once},
    {"callonce", FFH_SCRIPT_VALUE, callonce},
    {"semwait", FFH_SCRIPT_ERRNO, semwait},
    {"semtry", FFH_SCRIPT_ERRNO, semtry},
    {"semtimed", FFH_SCRIPT_ERRNO, semtimed},
    {"semclock", FFH_SCRIPT_ERRNO, semclock},
    {"post", FFH_SCRIPT_ERRNO, post},
    {"fwait", FFH_SCRIPT_ERRNO, fwait},
    {"fwaitbits", FFH_SCRIPT_ERRNO, fwaitbits},
    {"fwaitbits-real", FFH_SCRIPT_ERRNO, fwaitbits_real},
    {"fwake", FFH_SCRIPT_ERRNO, fwake},
    {"fwakebits", FFH_SCRIPT_ERRNO, fwakebits},
    {"frequeue", FFH_SCRIPT_ERRNO, frequeue},
    {"fcmp", FFH_SCRIPT_ERRNO, fcmp},
    {"flockpi", FFH_SCRIPT_ERRNO, flockpi},
    {"set", FFH_SCRIPT_SILENT, set},
    {NULL, FFH_SCRIPT_SILENT, NULL},
};
