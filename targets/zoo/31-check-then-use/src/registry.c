#include "../contract.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct session {
  uint64_t total;
  size_t length;
  char name[REGISTRY_MAX_NAME];
};

struct registry {
  pthread_mutex_t mutex;
  struct session *sessions[REGISTRY_SESSIONS]; /* guarded by mutex, and so is what they point to */
};

/* The caller holds the mutex. */
static struct session *find(const registry *self, uint32_t number) {
  return number < REGISTRY_SESSIONS ? self->sessions[number] : NULL;
}

/* The caller holds the mutex. */
static int insert(registry *self, struct session *session, uint32_t *number) {
  for (uint32_t i = 0; i < REGISTRY_SESSIONS; i++) {
    if (self->sessions[i] == NULL) {
      self->sessions[i] = session;
      *number = i;
      return REGISTRY_OK;
    }
  }
  return REGISTRY_FULL;
}

registry *registry_create(void) {
  registry *self = calloc(1, sizeof *self);
  if (self != NULL && pthread_mutex_init(&self->mutex, NULL) != 0) {
    free(self);
    return NULL;
  }
  return self;
}

void registry_destroy(registry *self) {
  if (self == NULL) {
    return;
  }
  for (uint32_t i = 0; i < REGISTRY_SESSIONS; i++) {
    free(self->sessions[i]);
  }
  pthread_mutex_destroy(&self->mutex);
  free(self);
}

int32_t registry_open(registry *self, const char *name, size_t length, uint32_t *session) {
  if (self == NULL || name == NULL || session == NULL || length > REGISTRY_MAX_NAME) {
    return REGISTRY_BAD_INPUT;
  }
  struct session *added = calloc(1, sizeof *added);
  if (added == NULL) {
    return REGISTRY_FULL;
  }
  memcpy(added->name, name, length);
  added->length = length;
  pthread_mutex_lock(&self->mutex);
  int status = insert(self, added, session);
  pthread_mutex_unlock(&self->mutex);
  if (status != REGISTRY_OK) {
    free(added);
  }
  return status;
}

int32_t registry_close(registry *self, uint32_t session) {
  if (self == NULL) {
    return REGISTRY_BAD_INPUT;
  }
  pthread_mutex_lock(&self->mutex);
  struct session *closed = find(self, session);
  if (closed != NULL) {
    self->sessions[session] = NULL;
  }
  pthread_mutex_unlock(&self->mutex);
  free(closed);
  return closed != NULL ? REGISTRY_OK : REGISTRY_NO_SESSION;
}

int32_t registry_charge(registry *self, uint32_t session, uint32_t amount, uint64_t *total) {
  if (self == NULL || total == NULL) {
    return REGISTRY_BAD_INPUT;
  }
  pthread_mutex_lock(&self->mutex);
  struct session *charged = find(self, session);
#ifndef ZOO_FIXED
  pthread_mutex_unlock(&self->mutex); /* the planted bug: the session may end before its use */
#endif
  if (charged != NULL) {
    charged->total += amount;
    *total = charged->total;
  }
#ifdef ZOO_FIXED
  pthread_mutex_unlock(&self->mutex);
#endif
  return charged != NULL ? REGISTRY_OK : REGISTRY_NO_SESSION;
}

int32_t registry_name(registry *self, uint32_t session, char *name, size_t capacity,
                      size_t *written) {
  if (self == NULL || name == NULL || written == NULL) {
    return REGISTRY_BAD_INPUT;
  }
  int32_t status = REGISTRY_NO_SESSION;
  pthread_mutex_lock(&self->mutex);
  const struct session *named = find(self, session);
  if (named != NULL && named->length > capacity) {
    status = REGISTRY_BAD_INPUT;
  } else if (named != NULL) {
    memcpy(name, named->name, named->length);
    *written = named->length;
    status = REGISTRY_OK;
  }
  pthread_mutex_unlock(&self->mutex);
  return status;
}
