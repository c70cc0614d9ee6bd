/* The protocol checker: what a call returned against what the contract says it may return. A
 * function of one finished frame; it keeps no state and may run on any lane. */
#ifndef FFH_CHECK_PROTOCOL_H
#define FFH_CHECK_PROTOCOL_H

#include "boundary/frame.h"
#include "check/verdict.h"

/* The first rule that the call breaks, in the order of the contract's slots. */
void ffh_protocol_check(const ffh_frame *frame, ffh_verdict *verdict);

#endif
