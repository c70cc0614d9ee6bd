#include "harness/tests/e2e/proxy/disc.h"

#include <stdarg.h>
#include <stdlib.h>

struct disc {
  int played;
};

disc *disc_new(void) {
  return calloc(1, sizeof(disc));
}

int disc_play(disc *self, double speed) {
  self->played += (int)speed;
  return self->played;
}

void disc_free(disc *self) {
  free(self);
}

int disc_version(void) {
  return 7;
}

int disc_sum(int n, ...) {
  va_list numbers;
  int sum = 0;
  va_start(numbers, n);
  for (int i = 0; i < n; i++) {
    sum += va_arg(numbers, int);
  }
  va_end(numbers);
  return sum;
}
