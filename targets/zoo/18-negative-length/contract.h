/* A queue of bytes.
 *
 * A queue may move from thread to thread and serves one call at a time. Nothing of the caller's
 * memory is kept. A negative length is bad input, and changes nothing. */
#ifndef ZOO_QUEUE_H
#define ZOO_QUEUE_H

#include <ffh/contract.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QUEUE_OK 0
#define QUEUE_BAD_INPUT 1
#define QUEUE_TOO_FEW 2

#define QUEUE_MAX 64

typedef struct queue queue FFH_HANDLE(FFH_SERIAL);

/* Holds a copy of the bytes. NULL when an argument is bad or memory runs out. */
FFH_CREATES FFH_ERROR_NULL FFH_REJECTS(null, oversized) queue *queue_create(
    const uint8_t *bytes FFH_BYTES(length) FFH_MAX(64), int32_t length);

void queue_destroy(queue *self FFH_CONSUMES FFH_NULLABLE);

/* Drops bytes at the front. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
int32_t queue_skip(queue *self, int32_t length FFH_DICT(1, 2, -1));

/* Drops bytes at the end. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
int32_t queue_trim(queue *self, int32_t length FFH_DICT(1, 2, -1));

/* The sum of what the queue holds. */
FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t queue_sum(const queue *self, uint64_t *sum FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
