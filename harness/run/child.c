/* A process that the library forks off. It has one thread, which runs free, and nobody observes it:
 * what it finds, how it ends and what it writes are no part of the run, which goes on in the
 * parent. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "base/asan.h"
#include "base/exit.h"
#include "base/syscall.h"
#include "run.h"
#include "run/state.h"

/* What the kernel keeps: the sanitizers let nobody else have their handlers. */
typedef struct kernel_action {
  void *handler;
  unsigned long flags;
  void *restorer;
  unsigned long mask;
} kernel_action;

static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGUSR1, SIGALRM};
enum { N_SIGNALS = sizeof signals / sizeof signals[0] };
static void *handlers[N_SIGNALS]; /* the harness's, the engine's and the sanitizers' */
static bool is_child, known;

static long kernel_sigaction(int number, const kernel_action *action, kernel_action *old) {
  return ffh_syscall(SYS_rt_sigaction, number, (long)action, (long)old, sizeof old->mask, 0, 0);
}

bool ffh_run_is_child(void) {
  return is_child;
}

/* A signal ends the child as it would without us; handlers of the library stay. */
static void in_child(void) {
  is_child = true;
  kernel_action now = {0}, none = {0};
  for (unsigned i = 0; i < N_SIGNALS; i++) {
    if (kernel_sigaction(signals[i], NULL, &now) == 0 && now.handler == handlers[i]) {
      (void)kernel_sigaction(signals[i], &none, NULL);
    }
  }
  if (__sanitizer_set_report_fd != NULL) {
    int nowhere = (int)ffh_syscall(SYS_openat, AT_FDCWD, (long)"/dev/null", O_WRONLY, 0, 0, 0);
    __sanitizer_set_report_fd((void *)(intptr_t)nowhere);
  }
  if (__sanitizer_acquire_crash_state != NULL) {
    (void)__sanitizer_acquire_crash_state(); /* an engine takes the first who asks for the crash */
  }
}

void ffh_run_child_begin_input(void) {
  if (known) {
    return;
  }
  known = true;
  for (unsigned i = 0; i < N_SIGNALS; i++) {
    kernel_action now = {0};
    (void)kernel_sigaction(signals[i], NULL, &now);
    handlers[i] = now.handler;
  }
  (void)pthread_atfork(NULL, NULL, in_child);
}

void ffh_run_child_end(void) {
  if (is_child) {
    _exit(FFH_EXIT_FINDING);
  }
}
