/* timed_wait: a wait whose deadline has already passed reports a time-out although the result came
 * while it took the lock again; the result is dropped. Twin: after a time-out the flag decides. */
#include "suite.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

typedef struct request {
  bool fixed;
  pthread_mutex_t lock;
  pthread_cond_t finished;
  volatile int ready, abandoned;
  volatile int delivered, received;
} request;

static void deliver(request *self) {
  pthread_mutex_lock(&self->lock);
  if (!self->abandoned) {
    self->ready = 1;
    self->delivered = 1;
  }
  pthread_mutex_unlock(&self->lock);
  pthread_cond_signal(&self->finished);
}

static void receive(request *self) {
  const struct timespec past = {0, 0};
  int error = 0;
  pthread_mutex_lock(&self->lock);
  while (!self->ready && error != ETIMEDOUT) {
    error = pthread_cond_timedwait(&self->finished, &self->lock, &past);
  }
  if (self->fixed ? !self->ready : error == ETIMEDOUT) {
    self->abandoned = 1;
  } else {
    self->received = 1;
  }
  pthread_mutex_unlock(&self->lock);
}

static void use_request(void *shared, int index) {
  if (index == 0) {
    receive(shared);
  } else {
    deliver(shared);
  }
}

static void request_once(bool fixed) {
  request self = {.fixed = fixed};
  pthread_mutex_init(&self.lock, NULL);
  pthread_cond_init(&self.finished, NULL);
  suite_run(2, use_request, &self);
  SUITE_CHECK(self.delivered == self.received);
  pthread_cond_destroy(&self.finished);
  pthread_mutex_destroy(&self.lock);
}

SUITE_PAIR(timed_wait, request_once(fixed))
