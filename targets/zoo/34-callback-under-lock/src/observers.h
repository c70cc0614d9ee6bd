/* Observers of a feed. They run on the thread that publishes; `context` is not used. */
#ifndef ZOO_OBSERVERS_H
#define ZOO_OBSERVERS_H

#include <stdint.h>

struct feed;

#ifdef __cplusplus
extern "C" {
#endif

/* Looks at what it is told and calls nothing. */
void observer_looks(void *context, struct feed *self, uint32_t observer, int64_t value);
/* Reads the feed. */
void observer_reads(void *context, struct feed *self, uint32_t observer, int64_t value);
/* Unsubscribes itself. */
void observer_leaves(void *context, struct feed *self, uint32_t observer, int64_t value);

#ifdef __cplusplus
}
#endif

#endif
