/* Series of numbers that can be cloned.
 *
 * A clone is independent of its original: each has its own numbers and ends on its own. A series
 * may move from thread to thread and serves one call at a time. Nothing of the caller's memory is
 * kept. No exception leaves the library. */
#ifndef ZOO_SERIES_H
#define ZOO_SERIES_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SERIES_OK 0
#define SERIES_BAD_INPUT 1

#define SERIES_MAX 32

typedef struct series series FFH_HANDLE(FFH_SERIAL);

/* NULL when an argument is bad or memory runs out. */
FFH_CREATES FFH_ERROR_NULL FFH_REJECTS(null, oversized) series *series_create(
    const int32_t *numbers FFH_ARRAY(count) FFH_MAX(32), size_t count);

FFH_CREATES FFH_ERROR_NULL FFH_REJECTS(null) series *series_clone(const series *self);

void series_destroy(series *self FFH_CONSUMES FFH_NULLABLE);

/* Adds to every number; a sum that does not fit wraps. */
FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
int32_t series_shift(series *self, int32_t by);

FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t series_sum(const series *self, int64_t *sum FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
