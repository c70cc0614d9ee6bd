/* c11_lost_wakeup: the flag is set and signalled without the mutex, between the waiter's look at it
 * and its wait. Twin: under the mutex. */
#include "suite.h"

#include <stdatomic.h>
#include <threads.h>

typedef struct event {
  bool fixed;
  mtx_t lock;
  cnd_t happened;
  atomic_int set;
} event;

static int raise_event(void *argument) {
  event *self = argument;
  if (self->fixed) {
    mtx_lock(&self->lock);
  }
  atomic_store(&self->set, 1);
  cnd_signal(&self->happened);
  if (self->fixed) {
    mtx_unlock(&self->lock);
  }
  return 0;
}

static int await_event(void *argument) {
  event *self = argument;
  mtx_lock(&self->lock);
  while (!atomic_load(&self->set)) {
    cnd_wait(&self->happened, &self->lock);
  }
  mtx_unlock(&self->lock);
  return 0;
}

static void raise_and_await(bool fixed) {
  event self = {.fixed = fixed};
  thrd_t threads[2];
  mtx_init(&self.lock, mtx_plain);
  cnd_init(&self.happened);
  SUITE_CHECK(thrd_create(&threads[0], await_event, &self) == thrd_success);
  SUITE_CHECK(thrd_create(&threads[1], raise_event, &self) == thrd_success);
  thrd_join(threads[0], NULL);
  thrd_join(threads[1], NULL);
  cnd_destroy(&self.happened);
  mtx_destroy(&self.lock);
}

SUITE_PAIR(c11_lost_wakeup, raise_and_await(fixed))
