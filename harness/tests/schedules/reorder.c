/* reorder_3, reorder_5, reorder_10, reorder_20: of N threads all but one set a, then b; the last
 * one must never see a without b. It does when it reads after a first store to a and before any
 * store to b. All start at a barrier. Under uniform choice of the next thread the reader has to get
 * its two steps before any writer gets its second one: some percent of the schedules, for N = 20
 * too. Twin: both are set, and read, under a mutex. */
#include "suite.h"

#include <pthread.h>

typedef struct cell {
  bool fixed;
  int count;
  pthread_barrier_t start;
  pthread_mutex_t lock;
  volatile int a, b;
} cell;

static void use_cell(void *shared, int index) {
  cell *self = shared;
  bool fixed = self->fixed, reads = index == self->count - 1;
  pthread_barrier_wait(&self->start);
  if (fixed) {
    pthread_mutex_lock(&self->lock);
  }
  if (reads) {
    int a = self->a;
    int b = self->b;
    SUITE_CHECK(a == b);
  } else {
    self->a = 1;
    self->b = 1;
  }
  if (fixed) {
    pthread_mutex_unlock(&self->lock);
  }
}

static void reorder(bool fixed, int count) {
  cell self = {.fixed = fixed, .count = count, .lock = PTHREAD_MUTEX_INITIALIZER};
  pthread_barrier_init(&self.start, NULL, (unsigned)count);
  suite_run(count, use_cell, &self);
  pthread_barrier_destroy(&self.start);
  pthread_mutex_destroy(&self.lock);
}

SUITE_PAIR(reorder_3, reorder(fixed, 3))
SUITE_PAIR(reorder_5, reorder(fixed, 5))
SUITE_PAIR(reorder_10, reorder(fixed, 10))
SUITE_PAIR(reorder_20, reorder(fixed, 20))
