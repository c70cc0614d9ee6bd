/* Whether the contract allows a call at this moment. The harness never breaks the contract: a call
 * whose handle is gone, busy, kept by another handle, in the wrong state or on the wrong thread is
 * skipped, unless the plan sends exactly that as a malformed form which the contract promises to
 * refuse. */
#ifndef FFH_BOUNDARY_ADMIT_H
#define FFH_BOUNDARY_ADMIT_H

#include "boundary/frame.h"

bool ffh_admit(const ffh_frame *frame);

/* The call is about to run: its handles are in use, the one it consumes is dying. */
void ffh_admit_enter(const ffh_frame *frame);
/* The call has come back. */
void ffh_admit_leave(const ffh_frame *frame);

#endif
