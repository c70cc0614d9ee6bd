/* Eight switches, each on or off.
 *
 * A set of switches may move from thread to thread and serves one call at a time. */
#ifndef ZOO_SWITCHES_H
#define ZOO_SWITCHES_H

#include <ffh/contract.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SWITCHES_OK 0
#define SWITCHES_BAD_INPUT 1

typedef struct switches switches FFH_HANDLE(FFH_SERIAL);

/* All are off. */
FFH_CREATES switches *switches_create(void);

void switches_destroy(switches *self FFH_CONSUMES FFH_NULLABLE);

/* SWITCHES_BAD_INPUT when there is no such switch, and when `on` is neither 0 nor 1. */
FFH_STATUS(0, 1)
FFH_REJECTS(null : 1, bad_enum : 1)
int32_t switches_turn(switches *self, uint32_t number FFH_RANGE(0, 8), uint8_t on FFH_BOOL);

FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t switches_look(const switches *self, uint32_t number FFH_RANGE(0, 8),
                      uint8_t *on FFH_OUT_ON_SUCCESS FFH_BOOL);

#ifdef __cplusplus
}
#endif

#endif
