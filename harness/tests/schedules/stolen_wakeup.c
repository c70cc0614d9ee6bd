/* stolen_wakeup: `if` instead of `while` around the wait; between the signal and the waiter's
 * return another consumer takes the item. Twin: `while`. */
#include "suite.h"

#include <pthread.h>

typedef struct store {
  bool fixed;
  pthread_mutex_t lock;
  pthread_cond_t filled;
  volatile int items;
} store;

static void put(store *self) {
  pthread_mutex_lock(&self->lock);
  self->items = self->items + 1;
  pthread_cond_signal(&self->filled);
  pthread_mutex_unlock(&self->lock);
}

static void take(store *self) {
  pthread_mutex_lock(&self->lock);
  if (self->items == 0) {
    pthread_cond_wait(&self->filled, &self->lock);
  }
  while (self->fixed && self->items == 0) {
    pthread_cond_wait(&self->filled, &self->lock);
  }
  SUITE_CHECK(self->items > 0);
  self->items = self->items - 1;
  pthread_mutex_unlock(&self->lock);
}

static void use_store(void *shared, int index) {
  if (index < 2) {
    take(shared);
  } else {
    put(shared);
    put(shared);
  }
}

static void put_and_take(bool fixed) {
  store self = {fixed, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};
  suite_run(3, use_store, &self);
  SUITE_CHECK(self.items == 0);
  pthread_cond_destroy(&self.filled);
  pthread_mutex_destroy(&self.lock);
}

SUITE_PAIR(stolen_wakeup, put_and_take(fixed))
