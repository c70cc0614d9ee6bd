/* signal_before_wait: the flag is looked at outside the lock that the wait takes later, so the only
 * signal may come in between. Twin: the flag is looked at under the lock. */
#include "suite.h"

#include <pthread.h>

typedef struct gate {
  bool fixed;
  pthread_mutex_t lock;
  pthread_cond_t opened;
  volatile int open;
} gate;

static void open_gate(gate *self) {
  pthread_mutex_lock(&self->lock);
  self->open = 1;
  pthread_cond_signal(&self->opened);
  pthread_mutex_unlock(&self->lock);
}

static void pass_gate(gate *self) {
  if (!self->fixed) {
    if (!self->open) {
      pthread_mutex_lock(&self->lock);
      pthread_cond_wait(&self->opened, &self->lock);
      pthread_mutex_unlock(&self->lock);
    }
    return;
  }
  pthread_mutex_lock(&self->lock);
  while (!self->open) {
    pthread_cond_wait(&self->opened, &self->lock);
  }
  pthread_mutex_unlock(&self->lock);
}

static void use_gate(void *shared, int index) {
  if (index == 0) {
    pass_gate(shared);
  } else {
    open_gate(shared);
  }
}

static void open_and_pass(bool fixed) {
  gate self = {fixed, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};
  suite_run(2, use_gate, &self);
  pthread_cond_destroy(&self.opened);
  pthread_mutex_destroy(&self.lock);
}

SUITE_PAIR(signal_before_wait, open_and_pass(fixed))
