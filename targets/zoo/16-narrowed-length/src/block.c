#include "../contract.h"

#include <stdlib.h>
#include <string.h>

#ifdef ZOO_FIXED
typedef size_t block_size;
#else
typedef int block_size; /* the planted bug: half of all lengths are negative or too small in it */
#endif

struct block {
  block_size used;
  uint8_t bytes[BLOCK_SIZE];
};

static int32_t append(block *self, const uint8_t *bytes, block_size length) {
  if (length > BLOCK_SIZE) {
    return BLOCK_BAD_INPUT;
  }
  if (length > BLOCK_SIZE - self->used) {
    return BLOCK_FULL;
  }
  memcpy(self->bytes + self->used, bytes, (size_t)length);
  self->used += length;
  return BLOCK_OK;
}

block *block_create(void) {
  return calloc(1, sizeof(block));
}

void block_destroy(block *self) {
  free(self);
}

int32_t block_append(block *self, const uint8_t *bytes, size_t length) {
  if (self == NULL || bytes == NULL) {
    return BLOCK_BAD_INPUT;
  }
  return append(self, bytes, (block_size)length);
}

void block_clear(block *self) {
  self->used = 0;
}

size_t block_length(const block *self) {
  return (size_t)self->used;
}
