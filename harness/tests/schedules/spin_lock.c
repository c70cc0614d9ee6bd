/* spin_double_unlock: the path that finds the work claimed unlocks, and then the common exit
 * unlocks again, which frees the lock of another thread. Twin: only the common exit.
 * spin_check_outside: the slot is looked at outside the spin lock that guards taking it, and not
 * again inside. Twin: inside. */
#include "suite.h"

#include <pthread.h>

typedef struct spinning {
  bool fixed;
  pthread_spinlock_t lock;
  volatile int claimed, count;
} spinning;

static void claim_or_count(void *shared, int index) {
  spinning *self = shared;
  (void)index;
  pthread_spin_lock(&self->lock);
  bool claimed = self->claimed;
  self->claimed = 1;
  self->count = self->count + 1;
  if (claimed && !self->fixed) {
    pthread_spin_unlock(&self->lock);
  }
  pthread_spin_unlock(&self->lock);
}

static void take_slot(void *shared, int index) {
  spinning *self = shared;
  (void)index;
  if (!self->fixed && self->claimed) {
    return;
  }
  pthread_spin_lock(&self->lock);
  if (!self->fixed || !self->claimed) {
    self->claimed = 1;
    self->count = self->count + 1;
  }
  pthread_spin_unlock(&self->lock);
}

static void spin(bool fixed, int threads, int expected, void (*body)(void *shared, int index)) {
  spinning self = {.fixed = fixed};
  pthread_spin_init(&self.lock, PTHREAD_PROCESS_PRIVATE);
  suite_run(threads, body, &self);
  SUITE_CHECK(self.count == expected);
  pthread_spin_destroy(&self.lock);
}

SUITE_PAIR(spin_double_unlock, spin(fixed, 4, 4, claim_or_count))
SUITE_PAIR(spin_check_outside, spin(fixed, 2, 1, take_slot))
