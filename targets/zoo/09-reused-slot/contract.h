/* Connections from a pool.
 *
 * A handle is not an address: it names a slot of the pool and the slot's generation. A connection
 * may be used on any thread at any time. Every function refuses a handle that was closed. */
#ifndef ZOO_POOL_H
#define ZOO_POOL_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CONNECTION_OK 0
#define CONNECTION_BAD_INPUT 1

typedef struct connection_handle *connection FFH_HANDLE(FFH_SHARED);

/* NULL when every slot of the pool is taken. */
FFH_CREATES FFH_ERROR_NULL connection connection_open(void);

FFH_STATUS(0, 1)
FFH_REJECTS(null : 1, stale : 1)
int32_t connection_close(connection self FFH_CONSUMES);

/* Counts what is sent. */
FFH_STATUS(0, 1)
FFH_REJECTS(null : 1, stale : 1)
int32_t connection_send(connection self, uint32_t bytes FFH_RANGE(0, 1000));

FFH_STATUS(0, 1)
FFH_REJECTS(null : 1, stale : 1)
FFH_ON_ERROR(untouched)
int32_t connection_sent(connection self, uint64_t *bytes FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
