/* A run that nothing is torn down after: the process leaves by exit() with whatever is alive, and
 * the schedule goes on. What the library does then (static and thread-local destructors, functions
 * of atexit, its threads) is under control as in a call, so that it replays. */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "run/state.h"

static const ffh_edge exit_edge = {.name = "exit",
                                   .to = FFH_SIDE_LIBRARY,
                                   .kind = FFH_EDGE_CALL,
                                   .function = FFH_NONE,
                                   .slot = FFH_NONE};

static void leave(void *context) {
  (void)context;
  static ffh_crossing crossing; /* never left */
  ffh_now.phase = FFH_PHASE_EXIT;
  ffh_sched_enter("exit");
  ffh_cross_in(&crossing, &exit_edge);
  exit(0);
}

void ffh_run_exit(void) {
  ffh_sched_on_lane(0, leave, NULL);
  ffh_internal(__FILE_NAME__, __LINE__, "exit returned");
}

bool ffh_run_is_leaving(void) {
  return ffh_now.phase != NULL && strcmp(ffh_now.phase, FFH_PHASE_EXIT) == 0;
}
