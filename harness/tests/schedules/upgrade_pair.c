/* upgrade_pair: two readers of a hand-made reader/writer lock upgrade at once, and each waits for
 * the other to stop reading. Twin: the second gives its read lock up and starts again as a writer.
 */
#include "suite.h"

#include <pthread.h>

typedef struct upgradable {
  bool fixed;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  volatile int readers, upgrading, value;
} upgradable;

static void begin_read(upgradable *self) {
  pthread_mutex_lock(&self->lock);
  while (self->upgrading) {
    pthread_cond_wait(&self->changed, &self->lock);
  }
  self->readers = self->readers + 1;
  pthread_mutex_unlock(&self->lock);
}

/* Leaves the caller the only one inside. */
static void upgrade(upgradable *self) {
  pthread_mutex_lock(&self->lock);
  if (self->fixed && self->upgrading) {
    self->readers = self->readers - 1;
    pthread_cond_broadcast(&self->changed);
    while (self->upgrading) {
      pthread_cond_wait(&self->changed, &self->lock);
    }
    self->readers = self->readers + 1;
  }
  self->upgrading = 1;
  while (self->readers > 1) {
    pthread_cond_wait(&self->changed, &self->lock);
  }
  pthread_mutex_unlock(&self->lock);
}

static void end_write(upgradable *self) {
  pthread_mutex_lock(&self->lock);
  self->readers = self->readers - 1;
  self->upgrading = 0;
  pthread_cond_broadcast(&self->changed);
  pthread_mutex_unlock(&self->lock);
}

static void read_and_upgrade(void *shared, int index) {
  upgradable *self = shared;
  (void)index;
  begin_read(self);
  upgrade(self);
  self->value = self->value + 1;
  end_write(self);
}

static void upgrade_both(bool fixed) {
  upgradable self = {.fixed = fixed};
  pthread_mutex_init(&self.lock, NULL);
  pthread_cond_init(&self.changed, NULL);
  suite_run(2, read_and_upgrade, &self);
  SUITE_CHECK(self.value == 2);
  pthread_cond_destroy(&self.changed);
  pthread_mutex_destroy(&self.lock);
}

SUITE_PAIR(upgrade_pair, upgrade_both(fixed))
