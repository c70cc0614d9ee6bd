#include "limiter.h"

#include <stdlib.h>

struct limiter {
  limiter_options options;
  uint64_t window_start;
  uint64_t used;
};

/* The planted bug is the struct in limiter.h; here the field is read that it has. */
static uint64_t window_of(const limiter *self) {
#ifdef ZOO_FIXED
  return self->options.window_ms;
#else
  return UINT64_C(1000) * self->options.window_s;
#endif
}

limiter *limiter_create(const limiter_options *options) {
  if (options == NULL) {
    return NULL;
  }
  limiter *self = calloc(1, sizeof *self);
  if (self != NULL) {
    self->options = *options;
  }
  return self;
}

void limiter_destroy(limiter *self) {
  free(self);
}

uint8_t limiter_allows(limiter *self, uint64_t now_ms) {
  uint64_t window = window_of(self);
  if (now_ms < self->window_start || now_ms - self->window_start >= window) {
    self->window_start = now_ms;
    self->used = 0;
  }
  uint64_t most = (uint64_t)self->options.calls + self->options.burst;
  return self->used++ < most ? 1 : 0;
}

int32_t limiter_options_of(const limiter *self, limiter_options *options) {
  if (self == NULL || options == NULL) {
    return LIMITER_BAD_INPUT;
  }
  *options = self->options;
  return LIMITER_OK;
}
