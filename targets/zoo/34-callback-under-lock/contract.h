/* A feed: the last value that was published, and observers who are told of each.
 *
 * A feed may be used by any thread at the same time. Observers run on the publishing thread, before
 * feed_publish returns, and may call feed_latest, feed_observers and feed_unsubscribe on the feed
 * that they are given. No exception leaves the library. */
#ifndef ZOO_FEED_H
#define ZOO_FEED_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#include "src/observers.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FEED_OK 0
#define FEED_BAD_INPUT 1
#define FEED_NO_SUCH 2
#define FEED_FULL 3

#define FEED_OBSERVERS 4

typedef struct feed feed FFH_HANDLE(FFH_SHARED);

typedef void (*feed_observer)(void *context FFH_USERDATA, feed *self, uint32_t observer,
                              int64_t value);

/* NULL when memory runs out. */
FFH_CREATES FFH_ERROR_NULL feed *feed_create(void);

void feed_destroy(feed *self FFH_CONSUMES FFH_NULLABLE);

/* Adds an observer under the lowest free number, until it unsubscribes or the feed is destroyed. */
FFH_STATUS(0, 1, 3)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t feed_subscribe(feed *self,
                       feed_observer notify FFH_CALLBACK(caller, destroy(self))
                           FFH_USES(observer_looks, observer_reads, observer_leaves)
                               FFH_REENTERS(feed_latest, feed_observers, feed_unsubscribe),
                       void *context FFH_USERDATA, uint32_t *observer FFH_OUT_ON_SUCCESS);

/* A feed_publish that has begun may still tell it. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
int32_t feed_unsubscribe(feed *self, uint32_t observer FFH_RANGE(0, 4));

/* Stores the value and tells every observer of it. */
FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
int32_t feed_publish(feed *self, int64_t value);

/* The last value. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t feed_latest(feed *self, int64_t *value FFH_OUT_ON_SUCCESS);

/* How many observers there are. */
FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t feed_observers(feed *self, size_t *count FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
