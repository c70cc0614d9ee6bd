/* rwlock_upgrade: a reader that finds the entry out of date takes the write lock without giving its
 * read lock back; only reached when the other thread came first. Twin: it unlocks first. */
#include "suite.h"

#include <pthread.h>

typedef struct cache {
  bool fixed;
  pthread_rwlock_t lock;
  volatile int stale, loads;
} cache;

static void invalidate(cache *self) {
  pthread_rwlock_wrlock(&self->lock);
  self->stale = 1;
  pthread_rwlock_unlock(&self->lock);
}

static void look_up(cache *self) {
  pthread_rwlock_rdlock(&self->lock);
  if (self->stale) {
    if (self->fixed) {
      pthread_rwlock_unlock(&self->lock);
    }
    pthread_rwlock_wrlock(&self->lock);
    self->loads = self->loads + 1;
    self->stale = 0;
  }
  pthread_rwlock_unlock(&self->lock);
}

static void use_cache(void *shared, int index) {
  if (index == 0) {
    look_up(shared);
  } else {
    invalidate(shared);
  }
}

static void look_up_and_invalidate(bool fixed) {
  cache self = {.fixed = fixed};
  pthread_rwlock_init(&self.lock, NULL);
  suite_run(2, use_cache, &self);
  SUITE_CHECK(self.loads <= 1);
  pthread_rwlock_destroy(&self.lock);
}

SUITE_PAIR(rwlock_upgrade, look_up_and_invalidate(fixed))
