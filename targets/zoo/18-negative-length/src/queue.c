#include "../contract.h"

#include <stdlib.h>
#include <string.h>

struct queue {
  uint8_t *bytes;
  int64_t start, end; /* what has not been dropped */
};

queue *queue_create(const uint8_t *bytes, int32_t length) {
  if (bytes == NULL || length < 0 || length > QUEUE_MAX) {
    return NULL;
  }
  queue *self = calloc(1, sizeof *self);
  uint8_t *copy = malloc(length > 0 ? (size_t)length : 1);
  if (self == NULL || copy == NULL) {
    free(self);
    free(copy);
    return NULL;
  }
  memcpy(copy, bytes, (size_t)length);
  self->bytes = copy;
  self->end = length;
  return self;
}

void queue_destroy(queue *self) {
  if (self != NULL) {
    free(self->bytes);
    free(self);
  }
}

int32_t queue_skip(queue *self, int32_t length) {
  if (self == NULL || length < 0) {
    return QUEUE_BAD_INPUT;
  }
  if (length > self->end - self->start) {
    return QUEUE_TOO_FEW;
  }
  self->start += length;
  return QUEUE_OK;
}

int32_t queue_trim(queue *self, int32_t length) {
#ifdef ZOO_FIXED
  if (self == NULL || length < 0) {
#else
  if (self == NULL) { /* the planted bug: the sibling looks at the sign, this one does not */
#endif
    return QUEUE_BAD_INPUT;
  }
  if (length > self->end - self->start) {
    return QUEUE_TOO_FEW;
  }
  self->end -= length;
  return QUEUE_OK;
}

int32_t queue_sum(const queue *self, uint64_t *sum) {
  if (self == NULL || sum == NULL) {
    return QUEUE_BAD_INPUT;
  }
  uint64_t total = 0;
  for (int64_t i = self->start; i < self->end; i++) {
    total += self->bytes[i];
  }
  *sum = total;
  return QUEUE_OK;
}
