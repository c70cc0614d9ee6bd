#include "suite.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct suite_thread {
  void (*body)(void *shared, int index);
  void *shared;
  int index;
} suite_thread;

void suite_fail(const char *file, int line, const char *expression) {
  fprintf(stderr, "%s:%d: %s\n", file, line, expression);
  abort();
}

static void *suite_start(void *argument) {
  suite_thread *self = argument;
  self->body(self->shared, self->index);
  return NULL;
}

void suite_run(int count, void (*body)(void *shared, int index), void *shared) {
  pthread_t ids[SUITE_MAX_THREADS];
  suite_thread threads[SUITE_MAX_THREADS];
  SUITE_CHECK(count <= SUITE_MAX_THREADS);
  for (int i = 0; i < count; i++) {
    threads[i] = (suite_thread){body, shared, i};
    SUITE_CHECK(pthread_create(&ids[i], NULL, suite_start, &threads[i]) == 0);
  }
  for (int i = 0; i < count; i++) {
    pthread_join(ids[i], NULL);
  }
}
