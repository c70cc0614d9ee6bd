/* once_failure: a hand-made once whose first initialisation fails goes back to its first state
 * without waking those who wait for it. Twin: it wakes them, and one of them tries again. */
#include "suite.h"

#include <pthread.h>

enum state { NEW, RUNNING, DONE };

typedef struct once {
  bool fixed;
  pthread_mutex_t lock;
  pthread_cond_t finished;
  volatile enum state state;
  volatile int attempts;
} once;

static bool initialise(once *self) {
  self->attempts = self->attempts + 1;
  return self->attempts > 1;
}

static void ensure(void *shared, int index) {
  once *self = shared;
  (void)index;
  pthread_mutex_lock(&self->lock);
  while (self->state == RUNNING) {
    pthread_cond_wait(&self->finished, &self->lock);
  }
  if (self->state == NEW) {
    self->state = RUNNING;
    pthread_mutex_unlock(&self->lock);
    bool succeeded = initialise(self);
    pthread_mutex_lock(&self->lock);
    self->state = succeeded ? DONE : NEW;
    if (succeeded || self->fixed) {
      pthread_cond_broadcast(&self->finished);
    }
  }
  pthread_mutex_unlock(&self->lock);
}

static void ensure_once(bool fixed) {
  once self = {fixed, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NEW, 0};
  suite_run(2, ensure, &self);
  SUITE_CHECK(self.state == DONE && self.attempts == 2);
  pthread_cond_destroy(&self.finished);
  pthread_mutex_destroy(&self.lock);
}

SUITE_PAIR(once_failure, ensure_once(fixed))
