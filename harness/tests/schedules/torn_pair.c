/* torn_pair: a writer takes the read lock, so a reader sees one half of a pair that changes
 * together. Twin: the write lock. */
#include "suite.h"

#include <pthread.h>

typedef struct pair {
  bool fixed;
  pthread_rwlock_t lock;
  volatile int low, high;
} pair;

static void write_pair(pair *self) {
  if (self->fixed) {
    pthread_rwlock_wrlock(&self->lock);
  } else {
    pthread_rwlock_rdlock(&self->lock);
  }
  self->low = self->low + 1;
  self->high = self->high + 1;
  pthread_rwlock_unlock(&self->lock);
}

static void use_pair(void *shared, int index) {
  pair *self = shared;
  if (index == 0) {
    write_pair(self);
    return;
  }
  pthread_rwlock_rdlock(&self->lock);
  int low = self->low;
  int high = self->high;
  pthread_rwlock_unlock(&self->lock);
  SUITE_CHECK(low == high);
}

static void read_and_write(bool fixed) {
  pair self = {.fixed = fixed};
  pthread_rwlock_init(&self.lock, NULL);
  suite_run(3, use_pair, &self);
  pthread_rwlock_destroy(&self.lock);
}

SUITE_PAIR(torn_pair, read_and_write(fixed))
