/* A stack as a member of a finding. */
#ifndef FFH_REPORT_STACK_H
#define FFH_REPORT_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/out.h"

/* "stack": [...] of at most `n` return addresses, innermost first; 0 ends them. With `symbolize`,
 * they are named by the sanitizer's symbolizer, which starts a process: not in a signal handler. */
void ffh_report_stack(const uintptr_t *pcs, unsigned n, bool symbolize, ffh_out *out);

#endif
