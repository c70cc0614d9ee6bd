/* philosophers: three of them eat twice, forks are semaphores, everyone takes the left one first.
 * Twin: at most two sit at the table. */
#include "suite.h"

#include <semaphore.h>

enum { SEATS = 3, MEALS = 2 };

typedef struct table {
  sem_t chairs;
  sem_t forks[SEATS];
  volatile int meals[SEATS];
} table;

static void dine(void *shared, int index) {
  table *self = shared;
  for (int i = 0; i < MEALS; i++) {
    sem_wait(&self->chairs);
    sem_wait(&self->forks[index]);
    sem_wait(&self->forks[(index + 1) % SEATS]);
    self->meals[index] = self->meals[index] + 1;
    sem_post(&self->forks[(index + 1) % SEATS]);
    sem_post(&self->forks[index]);
    sem_post(&self->chairs);
  }
}

static void dine_together(bool fixed) {
  table self = {0};
  sem_init(&self.chairs, 0, fixed ? SEATS - 1 : SEATS);
  for (int i = 0; i < SEATS; i++) {
    sem_init(&self.forks[i], 0, 1);
  }
  suite_run(SEATS, dine, &self);
  for (int i = 0; i < SEATS; i++) {
    SUITE_CHECK(self.meals[i] == MEALS);
    sem_destroy(&self.forks[i]);
  }
  sem_destroy(&self.chairs);
}

SUITE_PAIR(philosophers, dine_together(fixed))
