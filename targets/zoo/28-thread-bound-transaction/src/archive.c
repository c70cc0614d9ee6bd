#include "../contract.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct archive {
  pthread_mutex_t lock;
  engine_store *store;
  engine_transaction *transaction; /* the engine's, NULL outside of one */
  bool open;
  bool changed[ENGINE_KEYS];
  uint32_t values[ENGINE_KEYS];
};

archive *archive_open(void) {
  archive *self = calloc(1, sizeof *self);
  engine_store *store = engine_open();
  if (self == NULL || store == NULL) {
    free(self);
    if (store != NULL) {
      engine_close(store);
    }
    return NULL;
  }
  pthread_mutex_init(&self->lock, NULL);
  self->store = store;
  return self;
}

/* Under the lock, as what follows. */
static bool begin(archive *self) {
  memset(self->changed, 0, sizeof self->changed);
#ifndef ZOO_FIXED /* the planted bug: whichever thread commits it */
  self->transaction = engine_begin(self->store);
  return self->transaction != NULL;
#else
  return true;
#endif
}

static bool commit(archive *self) {
#ifdef ZOO_FIXED
  self->transaction = engine_begin(self->store);
#endif
  for (uint32_t key = 0; self->transaction != NULL && key < ENGINE_KEYS; key++) {
    if (self->changed[key]) {
      engine_put(self->transaction, key, self->values[key]);
    }
  }
  bool done = self->transaction != NULL && engine_commit(self->transaction) == 0;
  self->transaction = NULL;
  return done;
}

void archive_close(archive *self) {
  if (self == NULL) {
    return;
  }
  if (self->transaction != NULL) {
    engine_abort(self->transaction);
  }
  engine_close(self->store);
  pthread_mutex_destroy(&self->lock);
  free(self);
}

int32_t archive_begin(archive *self) {
  if (self == NULL) {
    return ARCHIVE_BAD_INPUT;
  }
  pthread_mutex_lock(&self->lock);
  int32_t status = self->open || !begin(self) ? ARCHIVE_BUSY : ARCHIVE_OK;
  self->open |= status == ARCHIVE_OK;
  pthread_mutex_unlock(&self->lock);
  return status;
}

int32_t archive_put(archive *self, uint32_t key, uint32_t value) {
  if (self == NULL || key >= ENGINE_KEYS) {
    return ARCHIVE_BAD_INPUT;
  }
  pthread_mutex_lock(&self->lock);
  int32_t status = self->open ? ARCHIVE_OK : ARCHIVE_NO_TRANSACTION;
  if (self->open) {
    self->changed[key] = true;
    self->values[key] = value;
  }
  pthread_mutex_unlock(&self->lock);
  return status;
}

int32_t archive_commit(archive *self) {
  if (self == NULL) {
    return ARCHIVE_BAD_INPUT;
  }
  pthread_mutex_lock(&self->lock);
  int32_t status = self->open && commit(self) ? ARCHIVE_OK : ARCHIVE_NO_TRANSACTION;
  self->open = false;
  pthread_mutex_unlock(&self->lock);
  return status;
}

int32_t archive_get(archive *self, uint32_t key, uint32_t *value) {
  if (self == NULL || value == NULL || key >= ENGINE_KEYS) {
    return ARCHIVE_BAD_INPUT;
  }
  pthread_mutex_lock(&self->lock);
  *value = engine_get(self->store, key);
  pthread_mutex_unlock(&self->lock);
  return ARCHIVE_OK;
}
