/* Memory that the library keeps and returns: lost too early, and kept as the contract says. */
#include <pthread.h>
#include <sched.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "harness/tests/rules/contract.h"

struct label {
  char *text;
  char *lent; /* the caller's by contract */
};

static char *made(uint32_t number) {
  char *text = static_cast<char *>(malloc(16));
  if (text != nullptr) {
    snprintf(text, 16, "label %u", number);
  }
  return text;
}

static const char *replaced(label *self, uint32_t number) {
  free(self->text);
  self->text = made(number);
  return self->text;
}

extern "C" {

label *label_create(void) {
  return static_cast<label *>(calloc(1, sizeof(label)));
}

void label_destroy(label *self) {
  if (self != nullptr) {
    free(self->text);
    free(self);
  }
}

const char *view_lost_bad(label *self, uint32_t number) {
  return replaced(self, number);
}

const char *view_lost_changed_bad(label *self, uint32_t number) {
  if (self->text == nullptr) {
    self->text = made(number);
  } else {
    snprintf(self->text, 16, "label %u", number);
  }
  return self->text;
}

char *view_lost_owned_bad(label *self, uint32_t number) {
  if (self->lent != nullptr) {
    self->lent[0] = '*';
  }
  self->lent = made(number);
  return self->lent;
}

const char *view_lost_good(label *self, uint32_t number) {
  return replaced(self, number);
}

const char *view_lost_renamed_good(label *self, uint32_t number) {
  return replaced(self, number);
}

/* Another thread's call may have ended the text when it is returned: nobody may read it then. */
const char *view_lost_shared_good(label *self, uint32_t number) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&mutex);
  const char *text = replaced(self, number);
  pthread_mutex_unlock(&mutex);
  sched_yield();
  return text;
}

char *view_lost_owned_good(label *self, uint32_t number) {
  self->lent = nullptr;
  return made(number);
}

void view_lost_replaced_good(label *self, uint32_t number, char **error) {
  (void)self;
  free(*error);
  *error = made(number);
}

void view_lost_free(char *text) {
  free(text);
}

} /* extern "C" */
