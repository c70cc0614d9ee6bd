#include "../contract.h"

#include <stdbool.h>
#include <stdlib.h>

typedef enum kind { COUNTER = 0x434e54, GAUGE = 0x474155 } kind;

struct counter {
  uint32_t kind;
  uint64_t total;
};

struct gauge {
  uint32_t kind;
  int64_t level;
};

static bool is_a(const void *object, kind expected) {
  const uint32_t *found = object; /* each begins with its kind */
#ifdef ZOO_FIXED
  return found != NULL && *found == (uint32_t)expected;
#else
  (void)expected;
  return found != NULL && (*found == COUNTER || *found == GAUGE); /* the planted bug */
#endif
}

counter *counter_create(void) {
  counter *self = calloc(1, sizeof *self);
  if (self != NULL) {
    self->kind = COUNTER;
  }
  return self;
}

gauge *gauge_create(void) {
  gauge *self = calloc(1, sizeof *self);
  if (self != NULL) {
    self->kind = GAUGE;
  }
  return self;
}

void counter_destroy(counter *self) {
  free(self);
}

void gauge_destroy(gauge *self) {
  free(self);
}

int32_t counter_add(counter *self, uint32_t amount) {
  if (!is_a(self, COUNTER)) {
    return METER_BAD_INPUT;
  }
  self->total += amount;
  return METER_OK;
}

int32_t gauge_set(gauge *self, int64_t level) {
  if (!is_a(self, GAUGE)) {
    return METER_BAD_INPUT;
  }
  self->level = level;
  return METER_OK;
}

int32_t gauge_level(const gauge *self, int64_t *level) {
  if (!is_a(self, GAUGE) || level == NULL) {
    return METER_BAD_INPUT;
  }
  *level = self->level;
  return METER_OK;
}
