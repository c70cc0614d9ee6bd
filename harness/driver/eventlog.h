/* What a run did, one line an event, for comparing two runs of one input. */
#ifndef FFH_DRIVER_EVENTLOG_H
#define FFH_DRIVER_EVENTLOG_H

#include <stdbool.h>

/* Writes the present run's events. False when the file cannot be written. Async-signal-safe. */
bool ffh_eventlog_write(const char *path);

#endif
