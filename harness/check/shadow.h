/* A function and its shadow (FFH_SHADOW), called with the same arguments: their results, outputs
 * and delivered memory must be the same. */
#ifndef FFH_CHECK_SHADOW_H
#define FFH_CHECK_SHADOW_H

#include "boundary/frame.h"
#include "check/verdict.h"

/* Both frames describe the function, `shadow` what its shadow did; `name` is the shadow's. After a
 * failure only the status is compared. Numbers are compared by value, NaN equals NaN; pointers only
 * by whether they are NULL; error messages not at all. */
void ffh_shadow_check(const ffh_frame *frame, const ffh_frame *shadow, const char *name,
                      ffh_verdict *verdict);

#endif
