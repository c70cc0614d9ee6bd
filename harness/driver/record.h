/* A run as a plan of its own: the same calls under the policy `fixed`, with a switch for every
 * choice that was made, so that it runs the same way again without the policy that chose. */
#ifndef FFH_DRIVER_RECORD_H
#define FFH_DRIVER_RECORD_H

#include "plan/plan.h"

/* From now on runs of this plan can be saved to the file. Both must stay. Main thread, before the
 * first run. */
void ffh_record_start(const char *path, const ffh_plan *plan);

/* Writes the last run, or the present one up to here, and says on stderr how many switches it has;
 * a run with more than a plan can hold is not written. Does nothing when nothing was started.
 * Async-signal-safe. */
void ffh_record_save(void);

#endif
