/* A controlled thread and what the models of blocking operations may do with it. Everything here is
 * guarded by the baton: only the thread that holds it reads or writes, so there are no locks. */
#ifndef FFH_SCHED_THREAD_H
#define FFH_SCHED_THREAD_H

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/asan.h"
#include "base/caches.h"
#include "base/stack.h"
#include "sched/sched.h"
#include "sched/set.h"

typedef enum ffh_op {
#define FFH_OP(symbol, text, writes) FFH_OP_##symbol,
#include "sched/ops.def"
#undef FFH_OP
  FFH_OP_COUNT
} ffh_op;

typedef enum ffh_thread_state {
  FFH_THREAD_FREE = 0, /* no thread, or a lane that was never started */
  FFH_THREAD_IDLE,     /* a lane between two steps */
  FFH_THREAD_READY,    /* can go on when it is chosen */
  FFH_THREAD_BLOCKED,
  FFH_THREAD_DYING, /* has handed on for the last time */
  FFH_THREAD_ZOMBIE /* is gone, and not yet joined */
} ffh_thread_state;

typedef enum ffh_wake {
  FFH_WAKE_NONE = 0,
  FFH_WAKE_SIGNALLED,
  FFH_WAKE_TIMED_OUT,
  FFH_WAKE_CANCELLED
} ffh_wake;

#define FFH_NO_DEADLINE UINT64_MAX

typedef struct ffh_thread {
  _Atomic uint32_t baton;   /* 1: this thread may run */
  _Atomic uint32_t arrived; /* 1: it waits for its first turn */
  uint8_t index;
  uint8_t state; /* ffh_thread_state */
  uint8_t wake;  /* ffh_wake: why it is no longer blocked */
  bool started, detached, cancelled;
  bool cancellable; /* while blocked: a cancellation ends the wait */
  uint8_t op;       /* ffh_op it does next, or is blocked in */
  uint32_t bits;    /* of a futex wait */
  const char *what; /* the function's name, NULL for a memory access */
  const void *object;
  uintptr_t pc;                        /* of the instrumented code, 0 when not known */
  uint64_t deadline_ns, blocked_since; /* virtual time; order of blocking */
  pthread_t handle;
  pid_t tid;
  uintptr_t frame; /* where a stack walk starts while it is not running */
  ffh_stack stack;
  /* Of a thread that the library started. */
  void *(*entry)(void *);
  void *argument;
  uint8_t parent;
  uint8_t side;     /* of the code that started it, see ffh/cross.h */
  uint32_t born_in; /* run number */
  int exit_rounds;
  /* An I/O wait: what it waits for, on the waiting thread's stack. */
  struct pollfd *io_fds;
  unsigned io_n_fds;
} ffh_thread;

/* The controlled thread that this is, NULL for any other, and for a lane between two steps. */
extern _Thread_local ffh_thread *ffh_self __attribute__((tls_model("initial-exec")));

static inline void ffh_become(ffh_thread *self) {
  ffh_self = self;
  if (self != NULL) {
    ffh_caches_begin_turn();
  } else {
    ffh_caches_end_turn();
  }
}

ffh_thread *ffh_thread_at(unsigned index);

/* ---- entering a modelled operation ---- */

/* The calling thread, NULL when it is not controlled, or is writing a sanitizer's report: what that
 * calls is not the library's doing. */
static inline ffh_thread *ffh_controlled(void) {
  ffh_thread *self = ffh_self;
  if (self == NULL || (__asan_report_present != NULL && __asan_report_present() != 0)) {
    return NULL;
  }
  return self;
}

/* First in every function that stands before libc's: a thread that is not controlled gets the real
 * one, for a controlled one `self` says who calls what from where. */
#define FFH_MODEL(real_call)                         \
  ffh_thread *self = ffh_controlled();               \
  if (self == NULL) {                                \
    return real_call;                                \
  }                                                  \
  self->what = __func__;                             \
  self->pc = (uintptr_t)__builtin_return_address(0); \
  self->frame = (uintptr_t)__builtin_frame_address(0)

/* ---- points: the thread is about to do something ---- */

/* Another thread may run first. Does not touch errno. */
void ffh_point(ffh_op op, const void *object);

/* Runs others until something wakes this thread, or until virtual time reaches the deadline. */
ffh_wake ffh_block(ffh_op op, const void *object, uint64_t deadline_ns, bool cancellable);

/* Says that this thread does no useful work now: yields, sleeps, reads of a clock. Many of them
 * without anything else are a livelock. */
void ffh_idle(void);

/* The point before an attempt that does not wait, and how it went: one in vain is as idle. */
void ffh_try_point(ffh_op op, const void *object);
void ffh_tried(bool got);

/* The thread's last words: others go on, and the caller returns to be torn down by libc. The next
 * thread to run waits until it is gone. */
void ffh_leave(void);

/* ---- waking, by the running thread; none of these switches ---- */

void ffh_wake_thread(ffh_thread *thread, ffh_wake why);
/* Every thread that is blocked in that operation on the object. Returns how many. */
unsigned ffh_wake_all(ffh_op op, const void *object);
/* One of them, drawn by the schedule. NULL when there is none. */
ffh_thread *ffh_wake_one(ffh_op op, const void *object);
/* The one that has been blocked longest among those that wait for one of these bits. */
ffh_thread *ffh_longest_blocked(ffh_op op, const void *object, uint32_t bits);
/* Something happened to a descriptor: those who wait for one look again. */
void ffh_wake_io(void);

/* A slot for a thread that the library starts; NULL when too many live. */
ffh_thread *ffh_thread_adopt(void);
/* It runs, joined to the others, as soon as it is chosen. */
void ffh_thread_ready(ffh_thread *thread);
void ffh_thread_forget(ffh_thread *thread);
ffh_thread *ffh_thread_find(pthread_t handle);
/* Waits for the baton: a new thread's first act. */
void ffh_thread_begin(ffh_thread *self);

/* ---- time ---- */

/* Goes on from input to input, so that what waits in a loop for a deadline may do so across them;
 * and what the clocks show of it, which is the same at the start of each. */
uint64_t ffh_now_ns(void);
uint64_t ffh_clock_ns(void);
void ffh_advance_ns(uint64_t ns);
/* Random bits of this run, of the schedule's seed. */
uint64_t ffh_draw(void);

/* ---- faults ---- */

/* Ends the run with a finding. */
__attribute__((noreturn)) void ffh_fault(ffh_sched_fault fault, const void *object);
/* A wake-up on the object found nobody waiting. */
void ffh_wasted_wake(const void *object);
/* The run did something that is not under control; said once by name. */
void ffh_not_controlled(const char *what);

#endif
