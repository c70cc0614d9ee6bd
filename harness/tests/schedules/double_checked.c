/* double_checked: the fast path outside the lock sees the pointer before the object behind it is
 * filled. Twin: the pointer is stored last. */
#include "suite.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct settings {
  volatile int limit;
} settings;

typedef struct holder {
  bool fixed;
  pthread_mutex_t lock;
  settings *_Atomic instance;
} holder;

static settings *get(holder *self) {
  settings *instance = atomic_load(&self->instance);
  if (instance) {
    return instance;
  }
  pthread_mutex_lock(&self->lock);
  instance = atomic_load(&self->instance);
  if (!instance) {
    instance = calloc(1, sizeof *instance);
    if (self->fixed) {
      instance->limit = 42;
      atomic_store(&self->instance, instance);
    } else {
      atomic_store(&self->instance, instance);
      instance->limit = 42;
    }
  }
  pthread_mutex_unlock(&self->lock);
  return instance;
}

static void read_limit(void *shared, int index) {
  (void)index;
  SUITE_CHECK(get(shared)->limit == 42);
}

static void read_together(bool fixed) {
  holder self = {.fixed = fixed, .lock = PTHREAD_MUTEX_INITIALIZER};
  suite_run(2, read_limit, &self);
  free(self.instance);
  pthread_mutex_destroy(&self.lock);
}

SUITE_PAIR(double_checked, read_together(fixed))
