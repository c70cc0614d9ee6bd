/* What the files of the pipeline share: what was set up once, and the state of one input.
 * The latter is guarded by the scheduler's baton. */
#ifndef FFH_RUN_STATE_H
#define FFH_RUN_STATE_H

#include "boundary/event.h"
#include "boundary/frame.h"
#include "check/borrow.h"
#include "check/verdict.h"
#include "run.h"
#include "sched/sched.h"

#define FFH_PHASE_EXIT "exit" /* the process is leaving, see exit.c */

enum { FFH_RUN_EVENTS = FFH_MAX_CALLS + FFH_MAX_HANDLES, FFH_RUN_REPORT_BYTES = 24 << 20 };

typedef struct ffh_lane_queue {
  uint16_t calls[FFH_MAX_CALLS];
  uint16_t next, count;
} ffh_lane_queue;

typedef struct ffh_run_setup {
  const ffh_target *target;
  ffh_run_options options;
  const ffh_shape *shapes; /* of the target's functions */
  ffh_plan *decoded;
  char *report, *scratch; /* for findings; mapped, touched only when there is one */
} ffh_run_setup;

extern ffh_run_setup ffh_setup;

/* The state of one input. Guarded by the scheduler's baton. */
typedef struct ffh_run_now {
  const ffh_plan *plan;
  const char *phase; /* NULL: no input is being run */
  ffh_lane_queue queues[FFH_MAX_LANES];
  uint64_t waiting;   /* lanes with calls left */
  uint64_t in_flight; /* lanes inside the library */
  uint64_t used;      /* lanes whose frame holds something */
  ffh_frame frames[FFH_MAX_LANES];
  ffh_event events[FFH_RUN_EVENTS];
  uint32_t n_events;
  ffh_borrow borrow;
  const ffh_frame *read; /* whose results a checker looks at now; NULL: nobody's */
  ffh_run_result result;
} ffh_run_now;

extern ffh_run_now ffh_now;

/* lanes.c: hands the plan's calls to their lanes, and is the scheduler's client. */
void ffh_run_queue_calls(const ffh_plan *plan);
uint64_t ffh_run_enabled(void *context);
void ffh_run_step(void *context, unsigned lane);

/* call.c: admits, makes and checks the call that the frame describes; skips it where the contract
 * does not allow it now. On the lane's thread. */
void ffh_run_take(ffh_frame *frame);

/* inner.c: watches the inner edge, see check/confine.h. Once; then before each input. */
void ffh_run_inner_start(void);
void ffh_run_inner_begin(const ffh_plan *plan);

/* teardown.c: destroys what the plan left alive, in contract order. */
void ffh_run_tear_down(void);

/* follow.c: what the contract promises to be true after a call, asked of the library. On the
 * lane's thread: after a call that failed, and before the lane's next one. On the main thread: when
 * an input begins, and after its last call. */
void ffh_run_follow_failure(ffh_frame *frame);
void ffh_run_follow_before_call(unsigned lane);
void ffh_run_follow_begin(void);
/* The lane has called the library since its last call failed. */
void ffh_run_follow_forget(unsigned lane);
void ffh_run_follow_end(void);

/* observe.c: a call with a malformed value is about to be made, has come back; a callback runs
 * on the lane's thread while the frame's call is in the library. */
void ffh_run_observe_before(ffh_frame *frame);
void ffh_run_observe_after(ffh_frame *frame);
void ffh_run_observe_callback(const ffh_frame *frame, const ffh_edge *edge, const void *cookie);

/* shadow.c: calls the shadow of a call that has come back, and compares; then notes what it
 * made. Forgets the pointers of a lane. */
void ffh_run_shadow_call(ffh_frame *frame);
void ffh_run_shadow_born(const ffh_frame *frame);
void ffh_run_shadow_forget(unsigned lane);

/* exit.c: leaves the process by exit() in the middle of an input. */
__attribute__((noreturn)) void ffh_run_exit(void);

/* cross.c: what happens at the boundary beside calls is looked at from now on; the next input
 * begins; a call is about to run, has come back; a handle has ended; the library has come to rest.
 */
void ffh_run_cross_start(void);
void ffh_run_cross_begin_input(void);
void ffh_run_cross_enter(const ffh_frame *frame);
void ffh_run_cross_back(const ffh_frame *frame);
void ffh_run_cross_leave(const ffh_frame *frame);
void ffh_run_cross_ended(uint16_t variable);
void ffh_run_cross_end_input(void);

/* threadstate.c: a call is about to run; it has come back, and the thread must be as it was. */
void ffh_run_threadstate_enter(const ffh_frame *frame);
void ffh_run_threadstate_leave(const ffh_frame *frame);

/* child.c: an input begins; in a process that the library has forked off, a call has come back or
 * a checker has something to say, and there it ends. */
void ffh_run_child_begin_input(void);
void ffh_run_child_end(void);

/* report.c: tells of a finding and ends the process. `frame` may be NULL. */
__attribute__((noreturn)) void ffh_run_report(const ffh_verdict *verdict, const ffh_frame *frame);

/* report.c: reports what was found when arguments' borrows ended. `frame` may be NULL. */
void ffh_run_check_arguments(const ffh_frame *frame);

/* report.c: the scheduler has found a fault. Does not return. */
void ffh_run_fault(void *context, ffh_sched_fault fault, const char *what, const void *object);

#endif
