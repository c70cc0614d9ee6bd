/* barrier_reuse: a hand-made barrier resets its count for the next round; a fast thread arrives
 * there before a slow one has seen the reset, and the slow one sleeps on. Twin: a generation
 * number. */
#include "suite.h"

#include <pthread.h>

enum { THREADS = 2, ROUNDS = 2 };

typedef struct barrier {
  bool fixed;
  pthread_mutex_t lock;
  pthread_cond_t released;
  volatile int arrived;
  volatile int generation;
} barrier;

static void barrier_wait(barrier *self) {
  pthread_mutex_lock(&self->lock);
  int generation = self->generation;
  self->arrived = self->arrived + 1;
  if (self->arrived == THREADS) {
    self->arrived = 0;
    self->generation = generation + 1;
    pthread_cond_broadcast(&self->released);
  } else {
    while (self->fixed ? self->generation == generation : self->arrived != 0) {
      pthread_cond_wait(&self->released, &self->lock);
    }
  }
  pthread_mutex_unlock(&self->lock);
}

static void take_rounds(void *shared, int index) {
  (void)index;
  for (int i = 0; i < ROUNDS; i++) {
    barrier_wait(shared);
  }
}

static void meet(bool fixed) {
  barrier self = {fixed, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0};
  suite_run(THREADS, take_rounds, &self);
  SUITE_CHECK(self.generation == ROUNDS);
  pthread_cond_destroy(&self.released);
  pthread_mutex_destroy(&self.lock);
}

SUITE_PAIR(barrier_reuse, meet(fixed))
