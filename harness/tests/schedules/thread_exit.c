/* thread_exit: the worker says that it is done and then uses its job once more, which its creator
 * frees on that word. Twin: the creator joins the worker first. */
#include "suite.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct job {
  pthread_mutex_t *lock;
  pthread_cond_t *finished;
  volatile int *done;
  volatile int steps;
} job;

static void *work(void *argument) {
  job *self = argument;
  self->steps = 1;
  pthread_mutex_lock(self->lock);
  *self->done = 1;
  pthread_cond_signal(self->finished);
  pthread_mutex_unlock(self->lock);
  self->steps = 2;
  return NULL;
}

static void run_job(bool fixed) {
  pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t finished = PTHREAD_COND_INITIALIZER;
  volatile int done = 0;
  job *self = calloc(1, sizeof *self);
  pthread_t worker;
  *self = (job){&lock, &finished, &done, 0};
  SUITE_CHECK(pthread_create(&worker, NULL, work, self) == 0);
  pthread_mutex_lock(&lock);
  while (!done) {
    pthread_cond_wait(&finished, &lock);
  }
  pthread_mutex_unlock(&lock);
  if (fixed) {
    pthread_join(worker, NULL);
    free(self);
  } else {
    free(self);
    pthread_join(worker, NULL);
  }
  pthread_cond_destroy(&finished);
  pthread_mutex_destroy(&lock);
}

SUITE_PAIR(thread_exit, run_job(fixed))
