/* Who may leave the boundary's frames other than by returning: nobody. */
#ifndef FFH_CHECK_CROSSINGS_H
#define FFH_CHECK_CROSSINGS_H

#include "boundary/unwind.h"
#include "check/verdict.h"

/* Judges what unwinds past a frame: out of the library it is the library's doing, out of a
 * callback the target's own. */
void ffh_crossings_check(const ffh_unwound *unwound, ffh_verdict *verdict);

#endif
