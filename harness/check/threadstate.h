/* A call gives the thread back as it got it. */
#ifndef FFH_CHECK_THREADSTATE_H
#define FFH_CHECK_THREADSTATE_H

#include "boundary/threadstate.h"
#include "check/verdict.h"

/* Judges what the thread was before a call and is after it; `alone`: no other call ran meanwhile
 * that may have changed what is the process's. */
void ffh_thread_state_check(const ffh_thread_state *before, const ffh_thread_state *after,
                            bool alone, ffh_verdict *verdict);

#endif
