/* A registry of sessions, which are named by numbers.
 *
 * Every function but registry_destroy may be called by any thread at any time. A session may be
 * closed while other threads use it: a use is before the close, or finds no session. Nothing of the
 * caller's memory is kept. */
#ifndef ZOO_REGISTRY_H
#define ZOO_REGISTRY_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define REGISTRY_OK 0
#define REGISTRY_BAD_INPUT 1
#define REGISTRY_NO_SESSION 2
#define REGISTRY_FULL 3

#define REGISTRY_SESSIONS 4
#define REGISTRY_MAX_NAME 16

typedef struct registry registry FFH_HANDLE(FFH_SHARED);

/* NULL when memory or another resource runs out. */
FFH_CREATES FFH_ERROR_NULL registry *registry_create(void);

/* Closes every session. */
void registry_destroy(registry *self FFH_CONSUMES FFH_NULLABLE);

/* Opens a session under the lowest free number. */
FFH_STATUS(0, 1, 3)
FFH_REJECTS(null : 1, oversized : 1)
FFH_ON_ERROR(untouched)
int32_t registry_open(registry *self, const char *name FFH_BYTES(length) FFH_MAX(16), size_t length,
                      uint32_t *session FFH_OUT_ON_SUCCESS);

FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
int32_t registry_close(registry *self, uint32_t session FFH_RANGE(0, 4));

/* Adds to what the session has used, and says how much that is now. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t registry_charge(registry *self, uint32_t session FFH_RANGE(0, 4), uint32_t amount,
                        uint64_t *total FFH_OUT_ON_SUCCESS);

/* Copies the name, without a NUL. A capacity that is too small is bad input. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t registry_name(registry *self, uint32_t session FFH_RANGE(0, 4),
                      char *name FFH_OUT_ON_SUCCESS FFH_CAPACITY(capacity) FFH_WRITTEN(written)
                          FFH_MAX(16),
                      size_t capacity, size_t *written FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
