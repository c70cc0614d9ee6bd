/* What a run asks of a target as a whole, before its first input and after its last. */
#ifndef FFH_RUN_TARGET_H
#define FFH_RUN_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "ffh/target.h"

/* Why this runtime cannot run the target (static storage), or NULL. */
const char *ffh_run_target_refuse(const ffh_target *target);

/* Whether a parameter is a path, so that the process needs a directory of its own. */
bool ffh_run_target_has_paths(const ffh_target *target);

/* Calls every function with that flag (FFH_FN_INIT or FFH_FN_FINI) in contract order. They take no
 * parameters: ffh-gen sees to it. */
void ffh_run_target_call(const ffh_target *target, uint16_t flag);

#endif
