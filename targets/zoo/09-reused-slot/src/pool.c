#include "../contract.h"

#include <pthread.h>
#include <stdbool.h>

enum { SLOTS = 8, SLOT_BITS = 4 };

typedef struct slot {
  bool taken;
  uintptr_t generation; /* of its tenant, from 1 */
  uint64_t sent;
} slot;

static slot slots[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* NULL for a handle that is none, or was closed. Under the lock. */
static slot *find(connection self) {
  const uintptr_t number = (uintptr_t)self & ((1u << SLOT_BITS) - 1);
  if (self == NULL || number >= SLOTS || !slots[number].taken) {
    return NULL;
  }
#ifdef ZOO_FIXED
  if ((uintptr_t)self >> SLOT_BITS != slots[number].generation) {
    return NULL;
  }
#endif
  return &slots[number]; /* the planted bug is that this may be another tenant's */
}

connection connection_open(void) {
  connection opened = NULL;
  pthread_mutex_lock(&lock);
  for (uintptr_t i = 0; i < SLOTS && opened == NULL; i++) {
    if (!slots[i].taken) {
      slots[i].taken = true;
      slots[i].generation++;
      slots[i].sent = 0;
      opened = (connection)(slots[i].generation << SLOT_BITS | i);
    }
  }
  pthread_mutex_unlock(&lock);
  return opened;
}

int32_t connection_close(connection self) {
  pthread_mutex_lock(&lock);
  slot *found = find(self);
  if (found != NULL) {
    found->taken = false;
  }
  pthread_mutex_unlock(&lock);
  return found != NULL ? CONNECTION_OK : CONNECTION_BAD_INPUT;
}

int32_t connection_send(connection self, uint32_t bytes) {
  pthread_mutex_lock(&lock);
  slot *found = find(self);
  if (found != NULL) {
    found->sent += bytes;
  }
  pthread_mutex_unlock(&lock);
  return found != NULL ? CONNECTION_OK : CONNECTION_BAD_INPUT;
}

int32_t connection_sent(connection self, uint64_t *bytes) {
  if (bytes == NULL) {
    return CONNECTION_BAD_INPUT;
  }
  pthread_mutex_lock(&lock);
  slot *found = find(self);
  if (found != NULL) {
    *bytes = found->sent;
  }
  pthread_mutex_unlock(&lock);
  return found != NULL ? CONNECTION_OK : CONNECTION_BAD_INPUT;
}
