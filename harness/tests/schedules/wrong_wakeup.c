/* wrong_wakeup: two threads wait for different stages on one condition variable; a signal meant for
 * one wakes the other, which goes back to sleep. Twin: broadcast. */
#include "suite.h"

#include <pthread.h>

typedef struct stages {
  bool fixed;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  volatile int stage;
} stages;

/* Thread 0 starts the first stage, thread 1 and thread 2 wait for theirs and start the next. */
static void take_stage(void *shared, int index) {
  stages *self = shared;
  pthread_mutex_lock(&self->lock);
  while (self->stage < index) {
    pthread_cond_wait(&self->changed, &self->lock);
  }
  self->stage = index + 1;
  if (self->fixed) {
    pthread_cond_broadcast(&self->changed);
  } else {
    pthread_cond_signal(&self->changed);
  }
  pthread_mutex_unlock(&self->lock);
}

static void take_stages(bool fixed) {
  stages self = {fixed, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};
  suite_run(3, take_stage, &self);
  SUITE_CHECK(self.stage == 3);
  pthread_cond_destroy(&self.changed);
  pthread_mutex_destroy(&self.lock);
}

SUITE_PAIR(wrong_wakeup, take_stages(fixed))
