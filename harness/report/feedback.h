/* What a run did at the boundary, as extra counters of libFuzzer: inputs that reach a new function
 * outcome, or a new succession of calls on one handle, are kept although they cover no new code. */
#ifndef FFH_REPORT_FEEDBACK_H
#define FFH_REPORT_FEEDBACK_H

#include "boundary/frame.h"

/* Forgets which function each handle was last used by. Before each input. */
void ffh_feedback_begin_input(void);

/* Counts a finished or skipped call. libFuzzer clears the counters before each input. */
void ffh_feedback_call(const ffh_frame *frame);

/* Counts a call that enters the library: the state of each handle that it is given (live or dying,
 * typestate, references, what needs it alive, calls in flight) with how many other lanes are in the
 * library, and each call that another lane is in on the same handle. So inputs that reach a new
 * state of the protocol, or overlap two functions anew, are kept. `in_flight`: a bit for each such
 * lane. */
void ffh_feedback_enter(const ffh_frame *frame, const ffh_frame *lanes, uint64_t in_flight);

#endif
