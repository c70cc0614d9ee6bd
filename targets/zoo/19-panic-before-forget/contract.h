/* A stream of samples, which a callback distributes to channels.
 *
 * A stream may move from thread to thread and serves one call at a time. */
#ifndef ZOO_STREAM_H
#define ZOO_STREAM_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#include "src/taps.h"

#ifdef __cplusplus
extern "C" {
#endif

#define STREAM_OK 0
#define STREAM_BAD_INPUT 1
#define STREAM_NO_CHANNEL 2 /* the callback named a channel that the stream does not have */

#define STREAM_CHANNELS 8

typedef struct stream stream FFH_HANDLE(FFH_SERIAL);

/* Names the channel for a sample. It runs on the thread that writes, and calls nothing. */
typedef uint32_t (*stream_tap)(void *context FFH_USERDATA, uint64_t sample, uint32_t channels);

/* NULL when there would be no channel, or more than STREAM_CHANNELS. */
FFH_CREATES FFH_ERROR_NULL stream *stream_create(uint32_t channels FFH_RANGE(0, 9),
                                                 stream_tap tap FFH_CALLBACK(caller,
                                                                             destroy(result))
                                                     FFH_USES(tap_first, tap_each, tap_beyond),
                                                 void *context FFH_USERDATA);

void stream_destroy(stream *self FFH_CONSUMES FFH_NULLABLE);

/* After a STREAM_NO_CHANNEL, the samples before that one are in their channels. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
int32_t stream_write(stream *self, const int16_t *samples FFH_ARRAY(count) FFH_MAX(32),
                     size_t count);

/* The sum of a channel's samples. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t stream_level(const stream *self, uint32_t channel FFH_RANGE(0, 8),
                     int64_t *level FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
