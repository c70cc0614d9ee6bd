/* The handle checker: what a creating call delivers is a new handle when it succeeds, and none when
 * it fails. A function of one finished frame and of the handle table as it was during the call; it
 * keeps no state. Under the scheduler's baton. */
#ifndef FFH_CHECK_HANDLE_H
#define FFH_CHECK_HANDLE_H

#include "boundary/frame.h"
#include "check/verdict.h"

void ffh_handle_check(const ffh_frame *frame, ffh_verdict *verdict);

#endif
