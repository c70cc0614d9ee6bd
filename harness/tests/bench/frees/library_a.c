#include <stdlib.h>

#include "sides.h"

void *library_a_take(void) {
  return malloc(16);
}

void library_a_free(void *thing) {
  free(thing);
}
