#include "../contract.h"

#include <stdlib.h>
#include <string.h>

struct directory {
  uint64_t lookups;
};

static const char *const names[DIRECTORY_GROUPS] = {"root", "audio", "staff", "operators"};

directory *directory_create(void) {
  return calloc(1, sizeof(directory));
}

void directory_destroy(directory *self) {
  free(self);
}

uint64_t directory_lookups(const directory *self) {
  return self->lookups;
}

int32_t directory_name(directory *self, uint32_t group, char *name, size_t *size) {
  if (self == NULL || name == NULL || size == NULL || group >= DIRECTORY_GROUPS) {
    return DIRECTORY_BAD_INPUT;
  }
  self->lookups++;
  size_t length = strlen(names[group]);
  size_t room = *size;
  *size = length + 1;
#ifdef ZOO_FIXED
  if (room < length + 1) {
#else
  if (room < length) { /* the planted bug: the NUL has no room */
#endif
    return DIRECTORY_NO_ROOM;
  }
  memcpy(name, names[group], length + 1);
  return DIRECTORY_OK;
}
