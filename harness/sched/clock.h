/* Virtual time and randomness: the same in every replay. */
#ifndef FFH_SCHED_CLOCK_H
#define FFH_SCHED_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* Virtual time when that much has passed from now. False when it is no time. */
bool ffh_deadline_after(const struct timespec *time, uint64_t *deadline_ns);

/* Fills the buffer from the schedule's seed; returns its size. */
ssize_t ffh_clock_random(void *buffer, size_t size);

#endif
