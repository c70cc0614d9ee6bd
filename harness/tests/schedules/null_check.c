/* null_check: the pointer is tested and loaded again for its use; another thread clears it in
 * between. Twin: both under the lock. */
#include "suite.h"

#include <pthread.h>
#include <stddef.h>

typedef struct session {
  volatile int requests;
} session;

typedef struct server {
  bool fixed;
  pthread_mutex_t lock;
  session *volatile current;
} server;

static void use_server(void *shared, int index) {
  server *self = shared;
  if (self->fixed) {
    pthread_mutex_lock(&self->lock);
  }
  if (index == 0) {
    self->current = NULL;
  } else if (self->current) {
    self->current->requests = 1;
  }
  if (self->fixed) {
    pthread_mutex_unlock(&self->lock);
  }
}

static void request_and_close(bool fixed) {
  session only = {0};
  server self = {.fixed = fixed, .lock = PTHREAD_MUTEX_INITIALIZER, .current = &only};
  suite_run(2, use_server, &self);
  pthread_mutex_destroy(&self.lock);
}

SUITE_PAIR(null_check, request_and_close(fixed))
