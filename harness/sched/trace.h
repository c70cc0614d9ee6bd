/* The trace of a run: a hash over every switch and every modelled operation, equal in a replay.
 * Code is named by its place in the executable, so address randomisation does not change it;
 * addresses of data are left out. On request the events themselves are kept, so that two runs that
 * differ can be told where. Guarded by the baton. */
#ifndef FFH_SCHED_TRACE_H
#define FFH_SCHED_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "sched/thread.h"

void ffh_trace_begin(void);
uint64_t ffh_trace_value(void);

/* The program counter relative to the executable, 0 outside it. */
uintptr_t ffh_trace_pc(uintptr_t pc);

/* A name for the place that is equal in the fuzzing and the replaying executable of a target: what
 * a policy may decide by. 0 outside of the executable. */
uintptr_t ffh_trace_place(uintptr_t pc);

void ffh_trace_op(const ffh_thread *self, uint32_t points);
void ffh_trace_switch(const ffh_thread *from, unsigned to, uint32_t points);

#endif
