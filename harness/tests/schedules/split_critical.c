/* split_critical: the balance is checked in one lock section and taken in the next; another thread
 * takes it in between. Twin: one section. */
#include "suite.h"

#include <pthread.h>

typedef struct account {
  bool fixed;
  pthread_mutex_t lock;
  volatile int balance;
} account;

static void withdraw(void *shared, int index) {
  account *self = shared;
  (void)index;
  pthread_mutex_lock(&self->lock);
  bool enough = self->balance >= 10;
  if (!self->fixed) {
    pthread_mutex_unlock(&self->lock);
    pthread_mutex_lock(&self->lock);
  }
  if (enough) {
    self->balance = self->balance - 10;
  }
  pthread_mutex_unlock(&self->lock);
}

static void withdraw_twice(bool fixed) {
  account self = {.fixed = fixed, .lock = PTHREAD_MUTEX_INITIALIZER, .balance = 15};
  suite_run(2, withdraw, &self);
  SUITE_CHECK(self.balance >= 0);
  pthread_mutex_destroy(&self.lock);
}

SUITE_PAIR(split_critical, withdraw_twice(fixed))
