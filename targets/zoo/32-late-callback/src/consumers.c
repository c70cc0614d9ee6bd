#include "consumers.h"

#include <stdlib.h>

#include "../contract.h"

void consumer_looks(void *context, struct stream *self, uint32_t frames) {
  (void)context;
  if (self == NULL || frames == 0) {
    abort();
  }
}

void consumer_asks(void *context, struct stream *self, uint32_t frames) {
  (void)context;
  uint64_t position = 0;
  if (stream_position(self, &position) != STREAM_OK || position < frames) {
    abort();
  }
}
