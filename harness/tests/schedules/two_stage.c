/* two_stage_2, two_stage_20: a writer sets the first item under one lock and the second under
 * another; a reader between the two stages sees the first without the second. N - 1 writers and one
 * reader start at a barrier; the reader must come through both locks while no writer has been
 * through both: about one schedule in a hundred under uniform choice for N = 20.
 * Twin: the first lock is held across both stages. */
#include "suite.h"

#include <pthread.h>

typedef struct store {
  bool fixed;
  int count;
  pthread_barrier_t start;
  pthread_mutex_t first_lock, second_lock;
  volatile int first, second;
} store;

static void write_items(store *self, bool fixed) {
  pthread_mutex_lock(&self->first_lock);
  self->first = 1;
  if (!fixed) {
    pthread_mutex_unlock(&self->first_lock);
  }
  pthread_mutex_lock(&self->second_lock);
  self->second = 2;
  pthread_mutex_unlock(&self->second_lock);
  if (fixed) {
    pthread_mutex_unlock(&self->first_lock);
  }
}

static void read_items(store *self) {
  pthread_mutex_lock(&self->first_lock);
  int first = self->first;
  pthread_mutex_unlock(&self->first_lock);
  if (first == 0) {
    return;
  }
  pthread_mutex_lock(&self->second_lock);
  int second = self->second;
  pthread_mutex_unlock(&self->second_lock);
  SUITE_CHECK(second == first + 1);
}

static void use_store(void *shared, int index) {
  store *self = shared;
  bool fixed = self->fixed, reads = index == self->count - 1;
  pthread_barrier_wait(&self->start);
  if (reads) {
    read_items(self);
  } else {
    write_items(self, fixed);
  }
}

static void two_stage(bool fixed, int count) {
  store self = {.fixed = fixed, .count = count};
  pthread_barrier_init(&self.start, NULL, (unsigned)count);
  pthread_mutex_init(&self.first_lock, NULL);
  pthread_mutex_init(&self.second_lock, NULL);
  suite_run(count, use_store, &self);
  pthread_mutex_destroy(&self.second_lock);
  pthread_mutex_destroy(&self.first_lock);
  pthread_barrier_destroy(&self.start);
}

SUITE_PAIR(two_stage_2, two_stage(fixed, 2))
SUITE_PAIR(two_stage_20, two_stage(fixed, 20))
