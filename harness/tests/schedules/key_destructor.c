/* key_destructor: a thread's count reaches the total only in the destructor of thread-specific
 * data, and the total is read when the threads have said that they are done. Twin: after joining
 * them. */
#include "suite.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

enum { THREADS = 2 };

typedef struct tally {
  pthread_key_t key;
  sem_t done;
  atomic_int total;
} tally;

static void add_count(void *value) {
  tally *self = value;
  atomic_store(&self->total, atomic_load(&self->total) + 1);
}

static void *count_own(void *argument) {
  tally *self = argument;
  pthread_setspecific(self->key, self);
  sem_post(&self->done);
  return NULL;
}

static void count_threads(bool fixed) {
  tally self = {0};
  pthread_t workers[THREADS];
  pthread_key_create(&self.key, add_count);
  sem_init(&self.done, 0, 0);
  for (int i = 0; i < THREADS; i++) {
    SUITE_CHECK(pthread_create(&workers[i], NULL, count_own, &self) == 0);
    sem_wait(&self.done);
    if (fixed) {
      pthread_join(workers[i], NULL);
    }
    SUITE_CHECK(atomic_load(&self.total) == i + 1);
    if (!fixed) {
      pthread_join(workers[i], NULL);
    }
  }
  sem_destroy(&self.done);
  pthread_key_delete(self.key);
}

SUITE_PAIR(key_destructor, count_threads(fixed))
