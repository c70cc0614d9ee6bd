/* semaphore_check: the semaphore's value is looked at before it is waited for; two threads see the
 * one permit, and nobody will post another. Twin: sem_trywait. */
#include "suite.h"

#include <semaphore.h>

typedef struct permits {
  bool fixed;
  sem_t free;
} permits;

static void take_permit(void *shared, int index) {
  permits *self = shared;
  (void)index;
  if (self->fixed) {
    sem_trywait(&self->free);
    return;
  }
  int value = 0;
  sem_getvalue(&self->free, &value);
  if (value > 0) {
    sem_wait(&self->free);
  }
}

static void take_permits(bool fixed) {
  permits self = {.fixed = fixed};
  sem_init(&self.free, 0, 1);
  suite_run(2, take_permit, &self);
  sem_destroy(&self.free);
}

SUITE_PAIR(semaphore_check, take_permits(fixed))
