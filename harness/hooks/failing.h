/* Makes an allocation of a call fail: the n-th that the calling thread asks for, on the library's
 * side of the boundary, while the call runs. What callbacks and the runtime allocate on the way
 * does not count, and neither does what other threads allocate: a count over threads would depend
 * on the schedule. Seen is what the linker redirects (hooks/wrapped.c): the calls in the objects
 * and archives that the target links, not those inside of shared libraries. */
#ifndef FFH_HOOKS_FAILING_H
#define FFH_HOOKS_FAILING_H

#include <stdbool.h>
#include <stddef.h>

#include "boundary/failing.h"
#include "ffh/cross.h"

/* Of the calling thread; NULL: nothing fails. Initial-exec, as every allocation asks. */
extern __thread ffh_failing *ffh_failing_now __attribute__((tls_model("initial-exec")));

/* From here to the end, the calling thread's allocations are counted in *failing, which stays the
 * caller's. */
void ffh_failing_begin(ffh_failing *failing);
void ffh_failing_end(void);

/* hooks/failing.c: counts one; whether it is the one. */
bool ffh_failing_count(ffh_failing *failing);

/* Whether the allocation that the calling thread is about to make has to fail. */
static inline bool ffh_failing_hit(void) {
  ffh_failing *failing = ffh_failing_now;
  return __builtin_expect(failing != NULL, 0) && ffh_here_now.side >= FFH_SIDE_LIBRARY &&
         ffh_failing_count(failing);
}

#endif
