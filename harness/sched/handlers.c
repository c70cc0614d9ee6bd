/* Handlers of signals that are not the library's. They may come in the middle of a call, on a
 * thread that has no turn, and want the real clock. */
#include <errno.h>
#include <signal.h>
#include <stddef.h>

#include "base/assert.h"
#include "sched/sched.h"
#include "sched/thread.h"

static struct sigaction outside[NSIG];
static void (*do_first)(void);

static void handle(int number, siginfo_t *info, void *context) {
  ffh_thread *self = ffh_self;
  int error = errno;
  ffh_become(NULL);
  do_first();
  if ((outside[number].sa_flags & SA_SIGINFO) != 0) {
    outside[number].sa_sigaction(number, info, context);
  } else {
    outside[number].sa_handler(number);
  }
  ffh_become(self);
  errno = error;
}

void ffh_sched_exempt_handler(int signal_number, void (*first)(void)) {
  FFH_ASSERT(signal_number > 0 && signal_number < NSIG);
  struct sigaction now;
  if (sigaction(signal_number, NULL, &now) != 0 || now.sa_handler == SIG_DFL ||
      now.sa_handler == SIG_IGN || now.sa_sigaction == handle) {
    return;
  }
  outside[signal_number] = now;
  do_first = first;
  now.sa_sigaction = handle;
  now.sa_flags |= SA_SIGINFO;
  sigaction(signal_number, &now, NULL);
}
