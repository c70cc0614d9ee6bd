/* lazy_singleton: looked up under the lock, created outside it and stored without a second look, so
 * that two threads create one each. Twin: created under the lock. */
#include "suite.h"

#include <pthread.h>

typedef struct registry {
  bool fixed;
  pthread_mutex_t lock;
  volatile int created;
  volatile int present;
} registry;

static void create(registry *self) {
  self->created = self->created + 1;
  self->present = 1;
}

static void ensure(void *shared, int index) {
  registry *self = shared;
  (void)index;
  pthread_mutex_lock(&self->lock);
  bool missing = !self->present;
  if (missing && self->fixed) {
    create(self);
  }
  pthread_mutex_unlock(&self->lock);
  if (missing && !self->fixed) {
    pthread_mutex_lock(&self->lock);
    create(self);
    pthread_mutex_unlock(&self->lock);
  }
}

static void ensure_once(bool fixed) {
  registry self = {.fixed = fixed, .lock = PTHREAD_MUTEX_INITIALIZER};
  suite_run(3, ensure, &self);
  SUITE_CHECK(self.created == 1);
  pthread_mutex_destroy(&self.lock);
}

SUITE_PAIR(lazy_singleton, ensure_once(fixed))
