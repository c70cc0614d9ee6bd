/* A series of numbers, and what it can be reduced to.
 *
 * A series may move from thread to thread and serves one call at a time. */
#ifndef ZOO_SERIES_H
#define ZOO_SERIES_H

#include <ffh/contract.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SERIES_OK 0
#define SERIES_BAD_INPUT 1

enum series_reduction { SERIES_SUM, SERIES_LOWEST, SERIES_HIGHEST };

typedef struct series series FFH_HANDLE(FFH_SERIAL);

FFH_CREATES series *series_create(int32_t first);

void series_destroy(series *self FFH_CONSUMES FFH_NULLABLE);

FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
int32_t series_add(series *self, int32_t number);

/* SERIES_BAD_INPUT for what is no reduction. */
FFH_STATUS(0, 1)
FFH_REJECTS(null : 1, bad_enum : 1)
FFH_ON_ERROR(untouched)
int32_t series_reduce(const series *self, uint32_t reduction FFH_ENUM(enum series_reduction),
                      int64_t *result FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
