/* Which thread waits for what, as a member of a finding. */
#ifndef FFH_REPORT_WAITS_H
#define FFH_REPORT_WAITS_H

#include "base/out.h"
#include "sched/events.h"

/* "waits": [...]. With `symbolize`, frames are named by the sanitizer's symbolizer, which starts a
 * process: not in a signal handler. */
void ffh_report_waits(const ffh_sched_wait *waits, uint32_t n, bool symbolize, ffh_out *out);

#endif
