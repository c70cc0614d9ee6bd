/* bounded_buffer: producers and consumers of a buffer with one place wait on one condition
 * variable, and a signal may wake a thread of the same kind, which goes back to sleep. Twin: one
 * condition variable for each kind. */
#include "suite.h"

#include <pthread.h>

enum { ITEMS = 2 };

typedef struct buffer {
  bool fixed;
  pthread_mutex_t lock;
  pthread_cond_t filled, emptied;
  volatile int full;
} buffer;

static void put(buffer *self) {
  pthread_cond_t *emptied = self->fixed ? &self->emptied : &self->filled;
  pthread_mutex_lock(&self->lock);
  while (self->full) {
    pthread_cond_wait(emptied, &self->lock);
  }
  self->full = 1;
  pthread_cond_signal(&self->filled);
  pthread_mutex_unlock(&self->lock);
}

static void take(buffer *self) {
  pthread_cond_t *emptied = self->fixed ? &self->emptied : &self->filled;
  pthread_mutex_lock(&self->lock);
  while (!self->full) {
    pthread_cond_wait(&self->filled, &self->lock);
  }
  self->full = 0;
  pthread_cond_signal(emptied);
  pthread_mutex_unlock(&self->lock);
}

static void use_buffer(void *shared, int index) {
  for (int i = 0; i < ITEMS; i++) {
    if (index < 2) {
      take(shared);
    } else {
      put(shared);
    }
  }
}

static void pass_items(bool fixed) {
  buffer self = {.fixed = fixed, .lock = PTHREAD_MUTEX_INITIALIZER};
  pthread_cond_init(&self.filled, NULL);
  pthread_cond_init(&self.emptied, NULL);
  suite_run(4, use_buffer, &self);
  SUITE_CHECK(self.full == 0);
  pthread_cond_destroy(&self.emptied);
  pthread_cond_destroy(&self.filled);
  pthread_mutex_destroy(&self.lock);
}

SUITE_PAIR(bounded_buffer, pass_items(fixed))
