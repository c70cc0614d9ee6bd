/* refcount_plain: the count is decremented and looked at in separate steps, so two owners both see
 * zero, or none does. Twin: one atomic step.
 * refcount_revive: a reference is taken when the count was above zero a moment ago, and the last
 * one is dropped in between. Twin: looking up and taking is one section, with dropping kept out. */
#include "suite.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct object {
  atomic_int references;
  volatile int value;
} object;

typedef struct owners {
  bool fixed;
  pthread_mutex_t lock;
  object *_Atomic current;
  atomic_int freed;
} owners;

static void destroy(owners *self, object *dying) {
  atomic_fetch_add(&self->freed, 1);
  free(dying);
}

static void drop_plain(void *shared, int index) {
  owners *self = shared;
  object *held = atomic_load(&self->current);
  (void)index;
  if (self->fixed) {
    if (atomic_fetch_sub(&held->references, 1) == 1) {
      destroy(self, held);
    }
    return;
  }
  atomic_store(&held->references, atomic_load(&held->references) - 1);
  if (atomic_load(&held->references) == 0) {
    destroy(self, held);
  }
}

static void drop_last(owners *self) {
  object *held = atomic_load(&self->current);
  if (self->fixed) {
    pthread_mutex_lock(&self->lock);
  }
  if (atomic_fetch_sub(&held->references, 1) == 1) {
    atomic_store(&self->current, NULL);
    destroy(self, held);
  }
  if (self->fixed) {
    pthread_mutex_unlock(&self->lock);
  }
}

static object *revive(owners *self) {
  if (self->fixed) {
    pthread_mutex_lock(&self->lock);
  }
  object *found = atomic_load(&self->current);
  if (found && atomic_load(&found->references) > 0) {
    atomic_fetch_add(&found->references, 1);
  } else {
    found = NULL;
  }
  if (self->fixed) {
    pthread_mutex_unlock(&self->lock);
  }
  return found;
}

static void use_or_drop(void *shared, int index) {
  owners *self = shared;
  if (index == 0) {
    drop_last(self);
    return;
  }
  object *found = revive(self);
  if (found) {
    found->value = found->value + 1;
    drop_last(self);
  }
}

static void share_object(bool fixed, int references, void (*body)(void *shared, int index)) {
  owners self = {.fixed = fixed, .lock = PTHREAD_MUTEX_INITIALIZER};
  object *shared = calloc(1, sizeof *shared);
  atomic_store(&shared->references, references);
  atomic_store(&self.current, shared);
  suite_run(2, body, &self);
  SUITE_CHECK(self.freed == 1);
  pthread_mutex_destroy(&self.lock);
}

SUITE_PAIR(refcount_plain, share_object(fixed, 2, drop_plain))
SUITE_PAIR(refcount_revive, share_object(fixed, 1, use_or_drop))
