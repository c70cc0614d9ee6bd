#include "engine.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct engine_store {
  uint32_t values[ENGINE_KEYS];
};

struct engine_transaction {
  engine_store *store;
  uint32_t values[ENGINE_KEYS];
};

/* Whether the thread is inside a transaction. */
static _Thread_local bool inside;

engine_store *engine_open(void) {
  return calloc(1, sizeof(engine_store));
}

void engine_close(engine_store *store) {
  free(store);
}

uint32_t engine_get(const engine_store *store, uint32_t key) {
  return store->values[key];
}

engine_transaction *engine_begin(engine_store *store) {
  engine_transaction *transaction = inside ? NULL : malloc(sizeof *transaction);
  if (transaction != NULL) {
    transaction->store = store;
    memcpy(transaction->values, store->values, sizeof store->values);
    inside = true;
  }
  return transaction;
}

void engine_put(engine_transaction *transaction, uint32_t key, uint32_t value) {
  transaction->values[key] = value;
}

int engine_commit(engine_transaction *transaction) {
  memcpy(transaction->store->values, transaction->values, sizeof transaction->values);
  engine_abort(transaction);
  return 0;
}

void engine_abort(engine_transaction *transaction) {
  free(transaction);
  inside = false; /* of the thread that calls, whichever began it */
}
