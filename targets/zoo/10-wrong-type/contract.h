/* Counters, which only grow, and gauges, which are set.
 *
 * Both may move from thread to thread and serve one call at a time. Each function refuses a handle
 * of the other type. */
#ifndef ZOO_METER_H
#define ZOO_METER_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define METER_OK 0
#define METER_BAD_INPUT 1

typedef struct counter counter FFH_HANDLE(FFH_SERIAL);
typedef struct gauge gauge FFH_HANDLE(FFH_SERIAL);

/* NULL when memory runs out. */
FFH_CREATES FFH_ERROR_NULL counter *counter_create(void);
FFH_CREATES FFH_ERROR_NULL gauge *gauge_create(void);

void counter_destroy(counter *self FFH_CONSUMES FFH_NULLABLE);
void gauge_destroy(gauge *self FFH_CONSUMES FFH_NULLABLE);

FFH_STATUS(0, 1)
FFH_REJECTS(null : 1, wrong_type : 1)
int32_t counter_add(counter *self, uint32_t amount);

FFH_STATUS(0, 1)
FFH_REJECTS(null : 1, wrong_type : 1)
int32_t gauge_set(gauge *self, int64_t level);

FFH_STATUS(0, 1)
FFH_REJECTS(null : 1, wrong_type : 1)
FFH_ON_ERROR(untouched)
int32_t gauge_level(const gauge *self, int64_t *level FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
