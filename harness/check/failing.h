/* What a call may do when an allocation inside it fails. */
#ifndef FFH_CHECK_FAILING_H
#define FFH_CHECK_FAILING_H

#include "boundary/frame.h"
#include "check/verdict.h"

/* Judges a finished call in which an allocation was made to fail. */
void ffh_failing_check(const ffh_frame *frame, ffh_verdict *verdict);

/* What a report about such a call says beside: where the allocation failed. */
void ffh_failing_evidence(const ffh_failing *failing, ffh_verdict *verdict);

#endif
