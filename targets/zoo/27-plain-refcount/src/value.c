#include "../contract.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct value {
#ifdef ZOO_FIXED
  atomic_uint references;
#else
  unsigned references; /* the planted bug: changes of two threads are not one after the other */
#endif
  size_t length;
  char *text;
};

value *value_create(const char *text, size_t length) {
  if (text == NULL || length > VALUE_MAX_TEXT) {
    return NULL;
  }
  value *self = malloc(sizeof *self);
  char *copy = malloc(length + 1);
  if (self == NULL || copy == NULL) {
    free(self);
    free(copy);
    return NULL;
  }
  memcpy(copy, text, length);
  copy[length] = '\0';
  self->references = 1;
  self->length = length;
  self->text = copy;
  return self;
}

int32_t value_retain(value *self) {
  if (self == NULL) {
    return VALUE_BAD_INPUT;
  }
  self->references++;
  return VALUE_OK;
}

void value_release(value *self) {
  if (self == NULL || --self->references > 0) {
    return;
  }
  free(self->text);
  free(self);
}

size_t value_length(const value *self) {
  return self->length;
}

int32_t value_equals(const value *a, const value *b) {
  if (a == b) {
    return 1;
  }
  return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

int32_t value_copy(const value *self, char *text, size_t capacity, size_t *written) {
  if (self == NULL || text == NULL || written == NULL || self->length > capacity) {
    return VALUE_BAD_INPUT;
  }
  memcpy(text, self->text, self->length);
  *written = self->length;
  return VALUE_OK;
}
