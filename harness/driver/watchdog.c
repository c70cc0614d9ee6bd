#include "driver/watchdog.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/exit.h"
#include "driver/files.h"
#include "sched/sched.h"

enum { TICK_MS = 50, LAST_WORD_MS = 3000 };

static struct {
  unsigned timeout_s, rss_mib;
  int signal_number;
  atomic_uint ticks; /* since the last restart */
  atomic_int reason;
} dog;

static void sleep_ms(unsigned ms) {
  struct timespec time = {ms / 1000, (long)(ms % 1000) * 1000000};
  nanosleep(&time, NULL);
}

static uint64_t resident_mib(int statm) {
  char text[128];
  ssize_t n = pread(statm, text, sizeof text - 1, 0);
  if (n <= 0) {
    return 0;
  }
  text[n] = '\0';
  char *second = text;
  while (*second != ' ' && *second != '\0') {
    second++;
  }
  return strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) >> 20;
}

static void *watch(void *argument) {
  (void)argument;
  int statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  for (;;) {
    sleep_ms(TICK_MS);
    unsigned ticks = atomic_fetch_add(&dog.ticks, 1) + 1;
    if (ticks * TICK_MS >= dog.timeout_s * 1000u) {
      atomic_store(&dog.reason, FFH_WATCHDOG_TIME);
    } else if (resident_mib(statm) > dog.rss_mib) {
      atomic_store(&dog.reason, FFH_WATCHDOG_MEMORY);
    } else {
      continue;
    }
    ffh_sched_signal_running(dog.signal_number);
    sleep_ms(LAST_WORD_MS);
    ffh_print(STDERR_FILENO, dog.reason == FFH_WATCHDOG_TIME
                                 ? "FFH-TIMEOUT: time is up, and the lane does not answer\n"
                                 : "FFH-OOM: memory is up, and the lane does not answer\n");
    _exit(FFH_EXIT_FINDING);
  }
  return NULL;
}

void ffh_watchdog_start(unsigned timeout_s, unsigned rss_mib, int signal_number) {
  dog.timeout_s = timeout_s;
  dog.rss_mib = rss_mib;
  dog.signal_number = signal_number;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  int rc = pthread_create(&thread, NULL, watch, NULL);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  FFH_ASSERT(rc == 0);
  pthread_detach(thread);
}

void ffh_watchdog_restart(void) {
  atomic_store(&dog.ticks, 0);
}

ffh_watchdog_limit ffh_watchdog_reason(void) {
  return (ffh_watchdog_limit)atomic_load(&dog.reason);
}
