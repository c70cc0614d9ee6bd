#include "harness/tests/e2e/proxy/disc.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>

struct disc {
  int played;
  void (*stopped)(void);
};

typedef struct tour {
  int n, sum;
  int (*track)(int number, void *data);
  void *data;
} tour;

static void *each(void *argument) {
  tour *all = argument;
  for (int i = 0; i < all->n; i++) {
    all->sum += all->track(i, all->data);
  }
  return NULL;
}

/* Many tracks are played by a thread of their own. */
int disc_each(disc *self, int n, int (*track)(int number, void *data), void *data) {
  enum { MANY = 100 };
  tour all = {n, 0, track, data};
  pthread_t thread;
  if (n < MANY) {
    each(&all);
  } else if (pthread_create(&thread, NULL, each, &all) == 0) {
    pthread_join(thread, NULL);
  }
  self->played += n;
  return all.sum;
}

void disc_watch(disc *self, void (*stopped)(void)) {
  self->stopped = stopped;
}

int disc_watches(disc *self, void (*stopped)(void)) {
  return self->stopped == stopped;
}

disc *disc_new(void) {
  return calloc(1, sizeof(disc));
}

int disc_play(disc *self, double speed) {
  self->played += (int)speed;
  return self->played;
}

void disc_free(disc *self) {
  free(self);
}

int disc_version(void) {
  return 7;
}

int disc_sum(int n, ...) {
  va_list numbers;
  int sum = 0;
  va_start(numbers, n);
  for (int i = 0; i < n; i++) {
    sum += va_arg(numbers, int);
  }
  va_end(numbers);
  return sum;
}
