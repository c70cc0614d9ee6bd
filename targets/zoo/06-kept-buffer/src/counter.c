#include "../contract.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct counter {
  const char *marks;
  size_t n_marks;
  char *own; /* memory of the marks that is freed with them; NULL when there is none */
};

static bool is_mark(const counter *self, char letter) {
  for (size_t i = 0; i < self->n_marks; i++) {
    if (self->marks[i] == letter) {
      return true;
    }
  }
  return false;
}

counter *counter_create(void) {
  counter *self = calloc(1, sizeof *self);
  if (self != NULL) {
    self->marks = " ";
    self->n_marks = 1;
  }
  return self;
}

void counter_destroy(counter *self) {
  if (self != NULL) {
    free(self->own);
    free(self);
  }
}

int32_t counter_set_marks(counter *self, const char *marks, size_t length) {
  if (self == NULL || marks == NULL || length > COUNTER_MAX_MARKS) {
    return COUNTER_BAD_INPUT;
  }
#ifdef ZOO_FIXED
  char *copy = malloc(length + 1);
  if (copy == NULL) {
    return COUNTER_NO_MEMORY;
  }
  memcpy(copy, marks, length);
  free(self->own);
  self->own = copy;
  marks = copy;
#endif
  self->marks = marks; /* the planted bug is that these are the caller's */
  self->n_marks = length;
  return COUNTER_OK;
}

int32_t counter_words(const counter *self, const char *text, size_t length, size_t *words) {
  if (self == NULL || text == NULL || words == NULL || length > COUNTER_MAX_TEXT) {
    return COUNTER_BAD_INPUT;
  }
  size_t count = 0;
  bool inside = false;
  for (size_t i = 0; i < length; i++) {
    bool mark = is_mark(self, text[i]);
    count += !mark && !inside ? 1 : 0;
    inside = !mark;
  }
  *words = count;
  return COUNTER_OK;
}
