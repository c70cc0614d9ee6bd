/* cancel_cleanup: a thread that is cancelled inside its lock section leaves the mutex locked, and
 * the next one to lock it waits forever. Twin: a clean-up handler unlocks. */
#include "suite.h"

#include <pthread.h>

typedef struct counter {
  bool fixed;
  pthread_mutex_t lock;
  volatile int value;
} counter;

static void unlock(void *argument) {
  pthread_mutex_unlock(argument);
}

static void *count_up(void *argument) {
  counter *self = argument;
  pthread_mutex_lock(&self->lock);
  if (self->fixed) {
    pthread_cleanup_push(unlock, &self->lock);
    pthread_testcancel();
    self->value = self->value + 1;
    pthread_cleanup_pop(1);
  } else {
    pthread_testcancel();
    self->value = self->value + 1;
    pthread_mutex_unlock(&self->lock);
  }
  return NULL;
}

static void count_and_cancel(bool fixed) {
  counter self = {.fixed = fixed, .lock = PTHREAD_MUTEX_INITIALIZER};
  pthread_t worker;
  SUITE_CHECK(pthread_create(&worker, NULL, count_up, &self) == 0);
  pthread_mutex_lock(&self.lock);
  self.value = self.value + 1;
  pthread_mutex_unlock(&self.lock);
  pthread_cancel(worker);
  pthread_join(worker, NULL);
  pthread_mutex_lock(&self.lock);
  SUITE_CHECK(self.value == 1 || self.value == 2);
  pthread_mutex_unlock(&self.lock);
  pthread_mutex_destroy(&self.lock);
}

SUITE_PAIR(cancel_cleanup, count_and_cancel(fixed))
