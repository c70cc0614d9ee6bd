/* lost_update: a counter is read, incremented and written back without a lock.
 * Twin: under a mutex. */
#include "suite.h"

#include <pthread.h>

typedef struct counter {
  bool fixed;
  pthread_mutex_t lock;
  volatile int value;
} counter;

static void increment(void *shared, int index) {
  counter *self = shared;
  (void)index;
  for (int i = 0; i < 2; i++) {
    if (self->fixed) {
      pthread_mutex_lock(&self->lock);
    }
    self->value = self->value + 1;
    if (self->fixed) {
      pthread_mutex_unlock(&self->lock);
    }
  }
}

static void count_together(bool fixed) {
  counter self = {.fixed = fixed, .lock = PTHREAD_MUTEX_INITIALIZER};
  suite_run(2, increment, &self);
  SUITE_CHECK(self.value == 4);
  pthread_mutex_destroy(&self.lock);
}

SUITE_PAIR(lost_update, count_together(fixed))
