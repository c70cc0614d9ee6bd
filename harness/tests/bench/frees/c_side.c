#include <stdlib.h>
#include <string.h>

#include "sides.h"

void *c_take(void) {
  return malloc(16);
}

char *c_text(void) {
  return strdup("a text of C");
}

void c_free(void *thing) {
  free(thing);
}
