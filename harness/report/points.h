/* How many points a call of each function passes as a rule, loads, stores and branches counted:
 * what the mutator needs to state the length of a schedule. Guarded by the scheduler's baton. */
#ifndef FFH_REPORT_POINTS_H
#define FFH_REPORT_POINTS_H

#include "boundary/frame.h"

/* A call that ran without interruption has passed that many; 0: it was interrupted, or passed none.
 */
void ffh_points_call(const ffh_frame *frame, uint32_t points);

/* The moving average of the function's calls, 0 when none has been seen. */
uint32_t ffh_points_of(uint16_t function);

#endif
