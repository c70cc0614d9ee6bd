/* Memory in the pipeline: what the ledger is told of calls, and what it and LeakSanitizer say. */
#ifndef FFH_RUN_MEMORY_H
#define FFH_RUN_MEMORY_H

#include <stdbool.h>

#include "boundary/frame.h"
#include "boundary/inner.h"
#include "hooks/alloc.h"
#include "run.h"

/* Once, before the library is first called. NULL, or why the target cannot be run (static). */
const char *ffh_run_memory_start(void);

/* Whether this build sees allocations at all. */
bool ffh_run_memory_sees(void);

/* Faults go there instead of into a report; NULL: no longer. For the self-test. */
void ffh_run_memory_divert(ffh_alloc_fault to);

void ffh_run_memory_begin_input(void);

/* The input is torn down and no handle of it is left: reports what it has lost. */
void ffh_run_memory_end_input(void);

/* What is handed over to the library by the call, before it. On the lane, like the next two. */
void ffh_run_memory_give(const ffh_frame *frame);

/* Around the call: what it allocates is its own. */
static inline void ffh_run_memory_enter(const ffh_frame *frame) {
  ffh_alloc_set_call(frame->index);
}

static inline void ffh_run_memory_leave(void) {
  ffh_alloc_set_call(FFH_NONE);
}

/* What the call handed over to the caller: memory that the contract lets libc's free end. */
void ffh_run_memory_take(const ffh_frame *frame);

/* What is handed over at the inner edge, as one of its events. Any thread. */
void ffh_run_memory_inner(const ffh_inner_event *event);

/* Blocks of the last input are alive though it is over, and can be reached. Whether they pile up:
 * runs the input again. */
void ffh_run_memory_check_growth(const ffh_plan *plan, ffh_run_result (*run)(const ffh_plan *plan));

#endif
