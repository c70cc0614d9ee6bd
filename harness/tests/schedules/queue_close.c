/* queue_close: two consumers may wait, and closing the queue wakes only one of them.
 * Twin: broadcast. */
#include "suite.h"

#include <pthread.h>

typedef struct queue {
  bool fixed;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  volatile int closed;
} queue;

static void use_queue(void *shared, int index) {
  queue *self = shared;
  pthread_mutex_lock(&self->lock);
  if (index == 0) {
    self->closed = 1;
    if (self->fixed) {
      pthread_cond_broadcast(&self->changed);
    } else {
      pthread_cond_signal(&self->changed);
    }
  }
  while (!self->closed) {
    pthread_cond_wait(&self->changed, &self->lock);
  }
  pthread_mutex_unlock(&self->lock);
}

static void close_queue(bool fixed) {
  queue self = {fixed, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};
  suite_run(3, use_queue, &self);
  pthread_cond_destroy(&self.changed);
  pthread_mutex_destroy(&self.lock);
}

SUITE_PAIR(queue_close, close_queue(fixed))
