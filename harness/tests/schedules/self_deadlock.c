/* self_deadlock: adding to a full journal flushes it, and flushing takes the mutex that adding
 * holds; the journal is full only when the other thread has not emptied it in time. Twin: an inner
 * flush without the lock. */
#include "suite.h"

#include <pthread.h>

enum { CAPACITY = 2, LINES = 3 };

typedef struct journal {
  bool fixed;
  pthread_mutex_t lock;
  volatile int lines, written;
} journal;

static void flush_locked(journal *self) {
  self->written = self->written + self->lines;
  self->lines = 0;
}

static void flush(journal *self) {
  pthread_mutex_lock(&self->lock);
  flush_locked(self);
  pthread_mutex_unlock(&self->lock);
}

static void add(journal *self) {
  pthread_mutex_lock(&self->lock);
  if (self->lines == CAPACITY) {
    if (self->fixed) {
      flush_locked(self);
    } else {
      flush(self);
    }
  }
  self->lines = self->lines + 1;
  pthread_mutex_unlock(&self->lock);
}

static void use_journal(void *shared, int index) {
  if (index == 1) {
    flush(shared);
    return;
  }
  for (int i = 0; i < LINES; i++) {
    add(shared);
  }
}

static void add_and_flush(bool fixed) {
  journal self = {.fixed = fixed, .lock = PTHREAD_MUTEX_INITIALIZER};
  suite_run(2, use_journal, &self);
  SUITE_CHECK(self.written + self.lines == LINES);
  pthread_mutex_destroy(&self.lock);
}

SUITE_PAIR(self_deadlock, add_and_flush(fixed))
