#include <stdlib.h>

#include "sides.h"

void library_b_free(void *thing) {
  free(thing);
}
