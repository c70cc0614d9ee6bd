/* Builds the C arguments of a call from its plan values: exact-size guarded copies, structs field
 * by field, derived lengths, output memory filled with FFH_UNTOUCHED_BYTE. */
#ifndef FFH_BOUNDARY_ARGS_H
#define FFH_BOUNDARY_ARGS_H

#include "boundary/frame.h"

/* What every path argument starts with: an absolute directory without a trailing slash. Kept, not
 * copied. Before the first input. */
void ffh_args_set_directory(const char *directory);

/* Every copy gets pages of its own (boundary/pages.h), and not only the few that the plan picks. */
void ffh_args_set_unmapping(bool every);

/* Fills frame->args, storage, count and digest. False when the input asks for more argument memory
 * than there is; the call is then skipped. */
bool ffh_args_build(ffh_frame *frame);

#endif
