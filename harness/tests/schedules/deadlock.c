/* deadlock_abba, deadlock_three: every thread takes its own mutex and then its neighbour's, which
 * closes a cycle of two or three. Twin: the mutex with the lower index first. */
#include "suite.h"

#include <pthread.h>

typedef struct ring {
  bool fixed;
  int count;
  pthread_mutex_t locks[3];
  volatile int values[3];
} ring;

static void move_one(void *shared, int index) {
  ring *self = shared;
  int next = (index + 1) % self->count;
  int first = self->fixed && next < index ? next : index;
  int second = first == index ? next : index;
  pthread_mutex_lock(&self->locks[first]);
  pthread_mutex_lock(&self->locks[second]);
  self->values[index] = self->values[index] - 1;
  self->values[next] = self->values[next] + 1;
  pthread_mutex_unlock(&self->locks[second]);
  pthread_mutex_unlock(&self->locks[first]);
}

static void move_around(bool fixed, int count) {
  ring self = {.fixed = fixed, .count = count};
  for (int i = 0; i < count; i++) {
    pthread_mutex_init(&self.locks[i], NULL);
  }
  suite_run(count, move_one, &self);
  for (int i = 0; i < count; i++) {
    SUITE_CHECK(self.values[i] == 0);
    pthread_mutex_destroy(&self.locks[i]);
  }
}

SUITE_PAIR(deadlock_abba, move_around(fixed, 2))
SUITE_PAIR(deadlock_three, move_around(fixed, 3))
