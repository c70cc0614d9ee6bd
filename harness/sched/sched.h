/* Controlled threads: real threads of which one runs at a time.
 *
 * Lanes are pooled threads that take the client's steps; lane 0 is the thread that calls
 * ffh_sched_run. Threads that the library starts during a step are adopted and live on, between
 * inputs too, until they end. Whoever runs decides at each point who goes on and hands the baton
 * over itself: there is no scheduler thread, and a thread that goes on makes no system call. The
 * whole process is pinned to one core, because a hand-over between cores costs several times as
 * much. Nothing here knows what a step is. */
#ifndef FFH_SCHED_SCHED_H
#define FFH_SCHED_SCHED_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"

/* What can be wrong with the way threads wait for each other. */
typedef enum ffh_sched_fault {
  FFH_FAULT_DEADLOCK = 0,     /* nobody can run, and not all are done */
  FFH_FAULT_LOST_WAKEUP,      /* the same, and a wake-up had come while nobody waited for it */
  FFH_FAULT_SELF_DEADLOCK,    /* a thread locks what it holds itself */
  FFH_FAULT_LIVELOCK,         /* threads run, and none of them gets anywhere */
  FFH_FAULT_LOCK_FREED,       /* a lock in memory that is freed or not allocated */
  FFH_FAULT_UNLOCK_NOT_OWNER, /* unlocked by a thread that does not hold it */
  FFH_FAULT_LOCK_HELD,        /* destroyed while somebody holds it */
  FFH_FAULT_THREAD_LEFT       /* threads pile up from input to input */
} ffh_sched_fault;

typedef struct ffh_sched_client {
  void *context;
  /* A bit for each lane that can take its next step now. Asked after each step. */
  uint64_t (*enabled)(void *context);
  /* Takes the lane's next step, on the lane's thread. */
  void (*step)(void *context, unsigned lane);
  /* Called by the thread that found it. Must not return. `what` is the operation by name; the
   * object is its lock, or NULL. */
  void (*fault)(void *context, ffh_sched_fault fault, const char *what, const void *object);
} ffh_sched_client;

typedef struct ffh_sched_outcome {
  uint32_t points;            /* passed, by all threads */
  uint32_t switches;          /* times that another thread went on than the one before */
  uint64_t trace;             /* of every switch and every modelled operation */
  const char *not_controlled; /* what made the run depend on something outside; NULL: nothing */
} ffh_sched_outcome;

/* Pins the process to one core: `core`, or the present one when negative. Call it before any thread
 * is started. False when the kernel refuses; then lanes work, only slower. */
bool ffh_sched_pin(int core);

/* The next input begins: its schedule decides from now on, and the trace is empty. Main thread. */
void ffh_sched_begin(const ffh_schedule *schedule, const ffh_sched_client *client);

/* Runs the client's steps until no lane has any left. */
void ffh_sched_run(void);

/* Runs fn(context) on the lane's thread as a step, and waits for it. Main thread only, between
 * begin and end, not during a run. */
void ffh_sched_on_lane(unsigned lane, void (*fn)(void *context), void *context);

/* Lets the library's threads go on until each has ended or waits for something. */
void ffh_sched_settle(void);

/* The process ends inside of a step that went into the library and never comes back: as leave and
 * settle. On that lane's thread, which must be the main one; nothing but ffh_sched_end may follow.
 */
void ffh_sched_settle_for_good(void);

/* A job (ffh_sched_on_lane) of lane 0 has jumped out of its step, as the handler of a fault may
 * that looks no further at what was run. Main thread; nothing but ffh_sched_end may follow. */
void ffh_sched_give_up(void);

/* The input is over. */
ffh_sched_outcome ffh_sched_end(void);

/* How many threads of the library are alive. */
unsigned ffh_sched_adopted(void);

/* Adds something that must be equal in a replay to the trace. The running thread. */
void ffh_sched_trace(uint32_t kind, uint64_t value);

/* A run as a schedule of the policy `fixed`: `n` switches, in order. A preemption takes the turn
 * from a thread that could have gone on. Not complete: there were more than are kept. */
typedef struct ffh_sched_choices {
  const ffh_switch *switches; /* valid until the next run begins */
  uint32_t n, preemptions;
  bool complete;
} ffh_sched_choices;

/* From now on it is kept what repeats a run. Main thread, before the first run. */
void ffh_sched_keep_choices(void);

/* Of the present run so far. Async-signal-safe. */
ffh_sched_choices ffh_sched_choices_made(void);

/* How many points all threads have passed in this input. */
uint32_t ffh_sched_points(void);

/* Those of one thread (a lane, or a library's thread) in the last input. */
uint32_t ffh_sched_thread_points(unsigned thread);

/* The calling lane goes into the library, by that name, and comes back: only between the two can
 * others run, and points count. leave returns how many points the lane passed, 0 when others ran
 * meanwhile. */
void ffh_sched_enter(const char *function);
uint32_t ffh_sched_leave(void);

/* Runs fn on lane 0 without passing points. Main thread only, between begin and end. */
void ffh_sched_quietly(void (*fn)(void *context), void *context);

/* Of the present input so far. */
uint64_t ffh_sched_trace_value(void);
const char *ffh_sched_not_controlled(void);

/* The lane of the calling thread, or -1 for a thread that is no lane. Any thread. */
int ffh_sched_current_lane(void);

/* The lane, or the library's thread (FFH_MAX_LANES + n), that runs the present code; -1 for a
 * thread that is not controlled. */
int ffh_sched_current_thread(void);

/* The lane, or the library's thread, that the fault of a run in which nobody can go on names: one
 * of the ring where threads hold what each other waits for. -1: no such fault. */
int ffh_sched_stuck_thread(void);

/* The calling thread is about to end the process: nobody else runs any more, and what it calls from
 * now on is not modelled. Async-signal-safe. */
void ffh_sched_abandon(void);

/* Sends a signal to the thread that holds the baton. Any thread. */
bool ffh_sched_signal_running(int signal_number);

/* From now on the installed handler of the signal runs outside of the schedule, whichever thread it
 * interrupts: it sees the real clock and passes no points, and `first` (async-signal-safe) is
 * called before it. Does nothing when there is none. */
void ffh_sched_exempt_handler(int signal_number, void (*first)(void));

/* How many lane threads exist besides the main thread. */
unsigned ffh_sched_pool_size(void);

#endif
