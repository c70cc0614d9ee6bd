/* What a call did: its outcome by the contract's error convention, the handles it made and ended,
 * the memory it returned. */
#ifndef FFH_BOUNDARY_COLLECT_H
#define FFH_BOUNDARY_COLLECT_H

#include "boundary/frame.h"

/* Sets frame->outcome, frame->status and frame->message from the result and the outputs. */
void ffh_collect_outcome(ffh_frame *frame);

/* Updates the handle table. Calls `ended` for every handle that the call ended. */
void ffh_collect_handles(const ffh_frame *frame, void (*ended)(uint16_t variable));

/* The arguments of `free_function` for memory of that type that the call has delivered in `slot`:
 * n_params words. False when it takes more than the memory and its length. */
bool ffh_collect_freeing(const ffh_frame *frame, uint16_t slot, void *memory,
                         const ffh_function *free_function, ffh_word *args);

/* The handles that a skipped call would have made will never be. */
void ffh_collect_skipped(const ffh_frame *frame);

#endif
