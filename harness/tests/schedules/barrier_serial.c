/* barrier_serial: the barrier's serial thread sums up after the barrier, and the others read the
 * sum without a second one. Twin: everybody waits again. */
#include "suite.h"

#include <pthread.h>

enum { THREADS = 3 };

typedef struct reduction {
  bool fixed;
  pthread_barrier_t phase;
  volatile int parts[THREADS];
  volatile int sum;
} reduction;

static void reduce(void *shared, int index) {
  reduction *self = shared;
  self->parts[index] = index + 1;
  /* NOLINTNEXTLINE(bugprone-posix-return): the serial thread's value is negative */
  if (pthread_barrier_wait(&self->phase) == PTHREAD_BARRIER_SERIAL_THREAD) {
    self->sum = self->parts[0] + self->parts[1] + self->parts[2];
  }
  if (self->fixed) {
    pthread_barrier_wait(&self->phase);
  }
  SUITE_CHECK(self->sum == 6);
}

static void reduce_together(bool fixed) {
  reduction self = {.fixed = fixed};
  pthread_barrier_init(&self.phase, NULL, THREADS);
  suite_run(THREADS, reduce, &self);
  pthread_barrier_destroy(&self.phase);
}

SUITE_PAIR(barrier_serial, reduce_together(fixed))
