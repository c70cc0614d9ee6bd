/* Calls of scripts that start, join and end threads, and that let time pass. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <string.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "script.h"

enum { THREADS = 8 };

static pthread_t handles[THREADS];
/* Not const: a thread's argument is not. */
static char names[THREADS][3] = {"T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8"};

static unsigned index_of(const char *name) {
  if (name[0] != 'T' || name[1] < '1' || name[1] > '8') {
    ffh_script_wrong("not a thread to start", name);
  }
  return (unsigned)(name[1] - '1');
}

/* What a thread returns when it does not call exit. */
static void *returned(unsigned index) {
  return (void *)(uintptr_t)(100 + index + 1);
}

static void *thread_main(void *name) {
  ffh_script_play(name);
  return returned(index_of(name));
}

static long start_with(const char *name, const pthread_attr_t *attributes) {
  unsigned index = index_of(name);
  return pthread_create(&handles[index], attributes, thread_main, names[index]);
}

static long start(const char *const *words) {
  return start_with(words[0], NULL);
}

static long startdetached(const char *const *words) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  long rc = start_with(words[0], &attributes);
  pthread_attr_destroy(&attributes);
  return rc;
}

/* ---- joining: the value is noted as an entry of its own ---- */

static long noted(int rc, void *value) {
  if (rc == 0) {
    ffh_script_note("value", FFH_SCRIPT_VALUE,
                    value == PTHREAD_CANCELED ? -1 : (long)(uintptr_t)value);
  }
  return rc;
}

static long join(const char *const *words) {
  void *value = NULL;
  int rc = pthread_join(handles[index_of(words[0])], &value);
  return noted(rc, value);
}

static long tryjoin(const char *const *words) {
  void *value = NULL;
  int rc = pthread_tryjoin_np(handles[index_of(words[0])], &value);
  return noted(rc, value);
}

static long timedjoin(const char *const *words) {
  void *value = NULL;
  struct timespec at = ffh_script_time(CLOCK_REALTIME, words[1]);
  int rc = pthread_timedjoin_np(handles[index_of(words[0])], &value, &at);
  return noted(rc, value);
}

static long clockjoin(const char *const *words) {
  void *value = NULL;
  struct timespec at = ffh_script_time(CLOCK_MONOTONIC, words[1]);
  int rc = pthread_clockjoin_np(handles[index_of(words[0])], &value, CLOCK_MONOTONIC, &at);
  return noted(rc, value);
}

static long joinself(const char *const *words) {
  (void)words;
  return pthread_join(pthread_self(), NULL);
}

static long detach(const char *const *words) {
  return pthread_detach(handles[index_of(words[0])]);
}

static long exit_with(const char *const *words) {
  pthread_exit((void *)(uintptr_t)ffh_script_number(words[0]));
}

/* ---- cancellation ---- */

static long cancel(const char *const *words) {
  return pthread_cancel(handles[index_of(words[0])]);
}

static long cancelstate(const char *const *words) {
  bool on = strcmp(words[0], "on") == 0;
  return pthread_setcancelstate(on ? PTHREAD_CANCEL_ENABLE : PTHREAD_CANCEL_DISABLE, NULL);
}

static long testcancel(const char *const *words) {
  (void)words;
  pthread_testcancel();
  return 0;
}

static void give_back(void *mutex) {
  ffh_script_note("cleanup", FFH_SCRIPT_ERROR, pthread_mutex_unlock(mutex));
}

/* wait, with a cleanup handler that gives the mutex back */
static long carefulwait(const char *const *words) {
  int rc = 0;
  pthread_mutex_t *mutex = ffh_script_object(words[1]);
  pthread_cleanup_push(give_back, mutex);
  rc = pthread_cond_wait(ffh_script_object(words[0]), mutex);
  pthread_cleanup_pop(0);
  return rc;
}

/* ---- at a thread's end ---- */

/* Takes what the others hold, so it has to be under control. */
static void destroy_value(void *semaphore) {
  ffh_script_note("destructor", FFH_SCRIPT_ERRNO, sem_wait(semaphore));
}

static pthread_key_t key;

void ffh_script_key(void) {
  static bool made;
  if (!made && pthread_key_create(&key, destroy_value) != 0) {
    ffh_script_wrong("no key", "");
  }
  made = true;
}

static long specific(const char *const *words) {
  return pthread_setspecific(key, ffh_script_object(words[0]));
}

/* What a C++ compiler calls for an object with a destructor that is local to a thread. */
int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *library);
extern void *__dso_handle;

static void destroy_object(void *semaphore) {
  ffh_script_note("thread_local", FFH_SCRIPT_ERRNO, sem_wait(semaphore));
}

static long threadlocal(const char *const *words) {
  return __cxa_thread_atexit_impl(destroy_object, ffh_script_object(words[0]), &__dso_handle);
}

/* ---- time ---- */

static long yield(const char *const *words) {
  (void)words;
  return sched_yield();
}

static struct timespec after_ms(const char *word) {
  if (strcmp(word, "bad") == 0) {
    return (struct timespec){0, -1};
  }
  long ms = ffh_script_number(word);
  return (struct timespec){ms / 1000, ms % 1000 * 1000000};
}

/* Until the word is at least that: loops that others may have to end. */
static long yields(const char *const *words) {
  const volatile uint32_t *word = ffh_script_object(words[0]);
  while (*word < (uint32_t)ffh_script_number(words[1])) {
    sched_yield();
  }
  return 0;
}

static long looks(const char *const *words) {
  const volatile uint32_t *word = ffh_script_object(words[0]);
  while (*word < (uint32_t)ffh_script_number(words[1])) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
  }
  return 0;
}

static long naps(const char *const *words) {
  const volatile uint32_t *word = ffh_script_object(words[0]);
  while (*word < (uint32_t)ffh_script_number(words[1])) {
    usleep(1);
  }
  return 0;
}

static long nanosleep_ms(const char *const *words) {
  struct timespec time = after_ms(words[0]);
  return nanosleep(&time, NULL);
}

static long usleep_ms(const char *const *words) {
  return usleep((useconds_t)ffh_script_number(words[0]) * 1000);
}

static long sleep_s(const char *const *words) {
  return sleep((unsigned)ffh_script_number(words[0]));
}

static long clocksleep(const char *const *words) {
  struct timespec time = after_ms(words[0]);
  return clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

static long sleepuntil(const char *const *words) {
  struct timespec at = ffh_script_time(CLOCK_MONOTONIC, words[0]);
  return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

static long sleepuntil_real(const char *const *words) {
  struct timespec at = ffh_script_time(CLOCK_REALTIME, words[0]);
  return clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &at, NULL);
}

/* ---- C11 ---- */

static int c11_main(void *name) {
  ffh_script_play(name);
  return -(int)index_of(name) - 1;
}

static long thrd(const char *const *words) {
  unsigned index = index_of(words[0]);
  return thrd_create(&handles[index], c11_main, names[index]);
}

static long thrdjoin(const char *const *words) {
  int value = 0;
  int rc = thrd_join(handles[index_of(words[0])], &value);
  ffh_script_note("value", FFH_SCRIPT_VALUE, value);
  return rc;
}

static long thrddetach(const char *const *words) {
  return thrd_detach(handles[index_of(words[0])]);
}

static long thrdexit(const char *const *words) {
  thrd_exit((int)ffh_script_number(words[0]));
}

static long thrdyield(const char *const *words) {
  (void)words;
  thrd_yield();
  return 0;
}

static long thrdsleep(const char *const *words) {
  struct timespec time = after_ms(words[0]);
  return thrd_sleep(&time, NULL);
}

const ffh_script_call ffh_script_threads[] = {
    {"start", FFH_SCRIPT_ERROR, start},
    {"startdetached", FFH_SCRIPT_ERROR, startdetached},
    {"join", FFH_SCRIPT_ERROR, join},
    {"tryjoin", FFH_SCRIPT_ERROR, tryjoin},
    {"timedjoin", FFH_SCRIPT_ERROR, timedjoin},
    {"clockjoin", FFH_SCRIPT_ERROR, clockjoin},
    {"joinself", FFH_SCRIPT_ERROR, joinself},
    {"detach", FFH_SCRIPT_ERROR, detach},
    {"exit", FFH_SCRIPT_SILENT, exit_with},
    {"cancel", FFH_SCRIPT_ERROR, cancel},
    {"cancelstate", FFH_SCRIPT_SILENT, cancelstate},
    {"testcancel", FFH_SCRIPT_ERROR, testcancel},
    {"carefulwait", FFH_SCRIPT_ERROR, carefulwait},
    {"specific", FFH_SCRIPT_SILENT, specific},
    {"threadlocal", FFH_SCRIPT_SILENT, threadlocal},
    {"yield", FFH_SCRIPT_SILENT, yield},
    {"yields", FFH_SCRIPT_VALUE, yields},
    {"looks", FFH_SCRIPT_VALUE, looks},
    {"naps", FFH_SCRIPT_VALUE, naps},
    {"nanosleep", FFH_SCRIPT_ERRNO, nanosleep_ms},
    {"usleep", FFH_SCRIPT_ERRNO, usleep_ms},
    {"sleep", FFH_SCRIPT_VALUE, sleep_s},
    {"clocksleep", FFH_SCRIPT_ERROR, clocksleep},
    {"sleepuntil", FFH_SCRIPT_ERROR, sleepuntil},
    {"sleepuntil-real", FFH_SCRIPT_ERROR, sleepuntil_real},
    {"thrd", FFH_SCRIPT_VALUE, thrd},
    {"thrdjoin", FFH_SCRIPT_VALUE, thrdjoin},
    {"thrddetach", FFH_SCRIPT_VALUE, thrddetach},
    {"thrdexit", FFH_SCRIPT_SILENT, thrdexit},
    {"thrdyield", FFH_SCRIPT_SILENT, thrdyield},
    {"thrdsleep", FFH_SCRIPT_VALUE, thrdsleep},
    {NULL, FFH_SCRIPT_SILENT, NULL},
};
