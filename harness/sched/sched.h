/* Lanes: pooled real threads of which one runs at a time.
 *
 * Lane 0 is the thread that calls ffh_sched_run; the others are created the first time a schedule
 * needs them and kept for the process's life. The running lane decides, after each of its steps,
 * who goes on, and hands the baton over itself: there is no scheduler thread, and a lane that goes
 * on pays no system call. The whole process is pinned to one core, because a hand-over between
 * cores costs several times as much. Nothing here knows what a step is. */
#ifndef FFH_SCHED_SCHED_H
#define FFH_SCHED_SCHED_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"

typedef struct ffh_sched_client {
  void *context;
  /* A bit for each lane that can take its next step now. 0 ends the run. Called by the running
   * lane. */
  uint32_t (*enabled)(void *context);
  /* Takes the lane's next step, on the lane's thread. */
  void (*step)(void *context, unsigned lane);
} ffh_sched_client;

typedef struct ffh_sched_outcome {
  uint32_t steps;
  uint32_t switches; /* steps that ran on another lane than the step before */
} ffh_sched_outcome;

/* Pins the process to one core: `core`, or the present one when negative. Call it before any thread
 * is started. False when the kernel refuses; then lanes work, only slower. */
bool ffh_sched_pin(int core);

/* Runs the client's steps in the order that the schedule gives. Main thread only, not reentrant. */
ffh_sched_outcome ffh_sched_run(const ffh_schedule *schedule, const ffh_sched_client *client);

/* Runs fn(context) on the lane's thread and waits for it. Main thread only, between runs. */
void ffh_sched_on_lane(unsigned lane, void (*fn)(void *context), void *context);

/* The lane of the calling thread, or -1 for a thread that is no lane. Any thread. */
int ffh_sched_current_lane(void);

/* The lane that holds the baton, for a watchdog: it may be another one a moment later. Any thread.
 */
unsigned ffh_sched_running_lane(void);

/* Sends a signal to the lane's thread. False when there is no such thread. Any thread. */
bool ffh_sched_signal(unsigned lane, int signal_number);

/* How many lane threads exist besides the main thread. */
unsigned ffh_sched_pool_size(void);

#endif
