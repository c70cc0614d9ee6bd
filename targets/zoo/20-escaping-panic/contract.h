/* A picture of three planes of pixels.
 *
 * A picture may move from thread to thread and serves one call at a time. */
#ifndef ZOO_PICTURE_H
#define ZOO_PICTURE_H

#include <ffh/contract.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PICTURE_OK 0
#define PICTURE_BAD_INPUT 1
#define PICTURE_NO_PLANE 2

typedef struct picture picture FFH_HANDLE(FFH_SERIAL);

FFH_CREATES picture *picture_create(uint32_t width FFH_RANGE(0, 16),
                                    uint32_t height FFH_RANGE(0, 16));

void picture_destroy(picture *self FFH_CONSUMES FFH_NULLABLE);

/* Sets each pixel of a plane. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
int32_t picture_fill(picture *self, uint32_t plane FFH_RANGE(0, 7), uint8_t value);

/* The sum of a plane's pixels. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t picture_sum(const picture *self, uint32_t plane FFH_RANGE(0, 7),
                    uint64_t *sum FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
