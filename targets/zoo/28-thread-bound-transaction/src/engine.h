/* A store of numbers: old, and written for programs in which each thread minds its own business. */
#ifndef ZOO_ENGINE_H
#define ZOO_ENGINE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ENGINE_KEYS 8

typedef struct engine_store engine_store;
typedef struct engine_transaction engine_transaction;

/* NULL when memory runs out. Calls with one store must come one after the other. */
engine_store *engine_open(void);
void engine_close(engine_store *store);
uint32_t engine_get(const engine_store *store, uint32_t key);

/* NULL when memory runs out, or when the calling thread is inside a transaction. From here to
 * the commit or abort, a transaction belongs to the thread that began it. */
engine_transaction *engine_begin(engine_store *store);
void engine_put(engine_transaction *transaction, uint32_t key, uint32_t value);
/* 0, always. */
int engine_commit(engine_transaction *transaction);
void engine_abort(engine_transaction *transaction);

#ifdef __cplusplus
}
#endif

#endif
