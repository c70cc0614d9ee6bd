/* A checksum over bytes that come in parts.
 *
 * A checksum may move from thread to thread and serves one call at a time. */
#ifndef ZOO_CHECKSUM_H
#define ZOO_CHECKSUM_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CHECKSUM_OK 0
#define CHECKSUM_BAD_INPUT 1

typedef struct checksum checksum FFH_HANDLE(FFH_SERIAL);

FFH_CREATES checksum *checksum_create(void);

void checksum_destroy(checksum *self FFH_CONSUMES FFH_NULLABLE);

/* `bytes` may be NULL when there are none. CHECKSUM_BAD_INPUT when `self` is NULL. */
FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
int32_t checksum_add(checksum *self,
                     const uint8_t *bytes FFH_BYTES(length) FFH_MAX(256) FFH_NULLABLE,
                     size_t length);

FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t checksum_value(const checksum *self, uint32_t *value FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
