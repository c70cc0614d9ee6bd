/* An archive of numbers under small keys, changed by transactions.
 *
 * Every function but archive_close may be called by any thread at any time; one transaction is open
 * at a time, and any thread may go on with it. */
#ifndef ZOO_ARCHIVE_H
#define ZOO_ARCHIVE_H

#include <ffh/contract.h>
#include <stdint.h>

#include "src/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ARCHIVE_OK 0
#define ARCHIVE_BAD_INPUT 1
#define ARCHIVE_BUSY 2
#define ARCHIVE_NO_TRANSACTION 3

typedef struct archive archive FFH_HANDLE(FFH_SHARED);

/* NULL when memory runs out. */
FFH_CREATES FFH_ERROR_NULL archive *archive_open(void);

/* Gives an open transaction up. */
void archive_close(archive *self FFH_CONSUMES FFH_NULLABLE);

FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
int32_t archive_begin(archive *self);

FFH_STATUS(0, 1, 3)
FFH_REJECTS(null : 1)
int32_t archive_put(archive *self, uint32_t key FFH_RANGE(0, 7), uint32_t value);

FFH_STATUS(0, 1, 3)
FFH_REJECTS(null : 1)
int32_t archive_commit(archive *self);

/* What the last commit left under the key. */
FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t archive_get(archive *self, uint32_t key FFH_RANGE(0, 7),
                    uint32_t *value FFH_OUT_ON_SUCCESS);

/* The engine behind it: a store may be used by one thread at a time, a transaction only by the
 * thread that began it. */
typedef struct engine_store engine_store FFH_HANDLE(FFH_SERIAL);
typedef struct engine_transaction engine_transaction FFH_HANDLE(FFH_CONFINED);

FFH_LEGACY FFH_CREATES FFH_ERROR_NULL engine_store *engine_open(void);
FFH_LEGACY void engine_close(engine_store *store FFH_CONSUMES);
FFH_LEGACY uint32_t engine_get(const engine_store *store, uint32_t key);
FFH_LEGACY FFH_CREATES FFH_CHILD_OF(store)
    FFH_ERROR_NULL engine_transaction *engine_begin(engine_store *store);
FFH_LEGACY void engine_put(engine_transaction *transaction, uint32_t key, uint32_t value);
FFH_LEGACY FFH_STATUS(0) int engine_commit(engine_transaction *transaction FFH_CONSUMES);
FFH_LEGACY void engine_abort(engine_transaction *transaction FFH_CONSUMES);

#ifdef __cplusplus
}
#endif

#endif
