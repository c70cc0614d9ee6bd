#include "sched/lanes.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/syscall.h"
#include "sched/core.h"
#include "sched/names.h"
#include "sched/real.h"

static _Thread_local int current_lane __attribute__((tls_model("initial-exec"))) = -1;
static unsigned pool_size;

enum { SIGNAL_STACK = 1 << 16 };

/* So that an exhausted stack can be reported. Sanitizers set one for each thread themselves. */
static void set_signal_stack(unsigned index) {
  static uint8_t *stacks;
  stack_t now;
  if (sigaltstack(NULL, &now) != 0 || (now.ss_flags & SS_DISABLE) == 0) {
    return;
  }
  if (stacks == NULL) {
    long got =
        ffh_syscall(SYS_mmap, 0, (long)FFH_MAX_THREADS * SIGNAL_STACK, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    FFH_ASSERT(got > 0);
    stacks = (uint8_t *)(uintptr_t)got; /* threads arrive one at a time */
  }
  stack_t own = {.ss_sp = stacks + (size_t)index * SIGNAL_STACK, .ss_size = SIGNAL_STACK};
  sigaltstack(&own, NULL);
}

void ffh_lanes_find_stack(unsigned index) {
  ffh_stack_find();
  ffh_thread_at(index)->stack = ffh_stack_here;
  set_signal_stack(index);
}

void ffh_lanes_begin(void) {
  ffh_thread *main_lane = ffh_thread_at(0);
  if (!main_lane->started) {
    main_lane->started = true;
    main_lane->state = FFH_THREAD_IDLE;
    main_lane->handle = pthread_self();
    main_lane->tid = (pid_t)ffh_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0);
    main_lane->deadline_ns = FFH_NO_DEADLINE;
    ffh_lanes_find_stack(0);
    /* A forked child has only the thread that forked: it runs free. */
    (void)pthread_atfork(NULL, NULL, ffh_sched_abandon);
  }
  current_lane = 0;
}

static void *lane_main(void *argument) {
  unsigned index = (unsigned)(uintptr_t)argument;
  current_lane = (int)index;
  ffh_names_tell(index);
  ffh_thread *self = ffh_thread_at(index);
  self->tid = (pid_t)ffh_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0);
  ffh_lanes_find_stack(index);
  ffh_lane_serve(index);
}

void ffh_lanes_start(unsigned index) {
  ffh_thread *self = ffh_thread_at(index);
  if (self->started) {
    return;
  }
  self->index = (uint8_t)index;
  self->state = FFH_THREAD_IDLE;
  self->deadline_ns = FFH_NO_DEADLINE;
  /* Signals that a fuzzing engine sends (alarm, interrupt) belong to the main thread. */
  sigset_t all, before;
  sigfillset(&all);
  sigdelset(&all, SIGSEGV);
  sigdelset(&all, SIGBUS);
  sigdelset(&all, SIGILL);
  sigdelset(&all, SIGFPE);
  sigdelset(&all, SIGABRT);
  sigdelset(&all, SIGTRAP);
  sigdelset(&all, SIGUSR1); /* of the watchdog, to the lane that hangs */
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int rc = ffh_real()->pthread_create(&self->handle, NULL, lane_main, (void *)(uintptr_t)index);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  FFH_ASSERT(rc == 0);
  self->started = true;
  pool_size++;
}

bool ffh_sched_pin(int core) {
  if (core < 0) {
    core = sched_getcpu();
  }
  cpu_set_t set;
  CPU_ZERO(&set);
  if (core < 0 || core >= CPU_SETSIZE) {
    return false;
  }
  CPU_SET((unsigned)core, &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
}

int ffh_sched_current_lane(void) {
  return current_lane;
}

bool ffh_sched_signal_running(int signal_number) {
  ffh_thread *thread = ffh_thread_at(ffh_sched_running());
  return thread->started && pthread_kill(thread->handle, signal_number) == 0;
}

unsigned ffh_sched_pool_size(void) {
  return pool_size;
}
