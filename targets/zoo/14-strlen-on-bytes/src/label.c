#include "../contract.h"

#include <stdlib.h>
#include <string.h>

struct label {
  char *name; /* NULL when it is empty */
};

label *label_create(void) {
  return calloc(1, sizeof(label));
}

void label_destroy(label *self) {
  if (self != NULL) {
    free(self->name);
    free(self);
  }
}

int32_t label_rename(label *self, const char *name, size_t length) {
  if (self == NULL || name == NULL || length > LABEL_MAX_NAME) {
    return LABEL_BAD_INPUT;
  }
#ifdef ZOO_FIXED
  size_t used = strnlen(name, length);
#else
  size_t used = strlen(name); /* the planted bug: nobody said that a NUL follows */
#endif
  char *copy = malloc(used + 1);
  if (copy == NULL) {
    return LABEL_NO_MEMORY;
  }
  memcpy(copy, name, used);
  copy[used] = '\0';
  free(self->name);
  self->name = copy;
  return LABEL_OK;
}

size_t label_length(const label *self) {
  return self->name == NULL ? 0 : strlen(self->name);
}
