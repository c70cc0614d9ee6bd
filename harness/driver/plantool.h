/* Plan files as a person handles them: printed, compiled from text. Each returns an exit code. */
#ifndef FFH_DRIVER_PLANTOOL_H
#define FFH_DRIVER_PLANTOOL_H

#include <stdbool.h>

#include "plan/plan.h"

/* Reads and decodes a plan of the linked target. False after a message on stderr. */
bool ffh_plantool_load(const char *path, ffh_plan *plan);

/* The plan's text on stdout. */
int ffh_plantool_show(const char *path);

/* Writes the binary form of a plan text. */
int ffh_plantool_compile(const char *text_path, const char *out_path);

/* The linked target as one JSON object on stdout. */
int ffh_plantool_describe(void);

#endif
