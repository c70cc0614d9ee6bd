/* A stream that plays frames on a thread of its own, and tells a consumer of them.
 *
 * A stream may be used by any thread at the same time. The consumer runs on the stream's thread and
 * may call stream_position on the stream that it is given. After stream_destroy has returned it
 * does not run any more. No exception leaves the library. */
#ifndef ZOO_STREAM_H
#define ZOO_STREAM_H

#include <ffh/contract.h>
#include <stdint.h>

#include "src/consumers.h"

#ifdef __cplusplus
extern "C" {
#endif

#define STREAM_OK 0
#define STREAM_BAD_INPUT 1

typedef struct stream stream FFH_HANDLE(FFH_SHARED);

typedef void (*stream_consumer)(void *context FFH_USERDATA, stream *self, uint32_t frames);

/* NULL when the consumer is NULL, or when memory or threads run out. */
FFH_CREATES FFH_ERROR_NULL FFH_REJECTS(null) stream *stream_create(
    stream_consumer consumer FFH_CALLBACK(any, destroy(result))
        FFH_USES(consumer_looks, consumer_asks) FFH_REENTERS(stream_position),
    void *context FFH_USERDATA);

/* Frames that have not been played by then are dropped. */
void stream_destroy(stream *self FFH_CONSUMES FFH_NULLABLE);

/* Asks for frames to be played; does not wait for it. */
FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
int32_t stream_play(stream *self, uint32_t frames FFH_RANGE(1, 1000));

/* How many frames have been played. */
FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t stream_position(const stream *self, uint64_t *position FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
