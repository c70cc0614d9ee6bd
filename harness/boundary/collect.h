/* What a call did: its outcome by the contract's error convention, the handles it made and ended,
 * the memory it returned. */
#ifndef FFH_BOUNDARY_COLLECT_H
#define FFH_BOUNDARY_COLLECT_H

#include "boundary/frame.h"

/* Sets frame->outcome, frame->status and frame->message from the result and the outputs. */
void ffh_collect_outcome(ffh_frame *frame);

/* Updates the handle table. Calls `ended` for every handle that the call ended. */
void ffh_collect_handles(const ffh_frame *frame, void (*ended)(uint16_t variable));

/* The handles that a skipped call would have made will never be. */
void ffh_collect_skipped(const ffh_frame *frame);

#endif
