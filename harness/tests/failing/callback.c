#include "harness/tests/failing/callback.h"

#include <stdlib.h>

void on_visit(void) {
  void *volatile block = malloc(8);
  if (block == NULL) {
    abort(); /* ours is not to fail */
  }
  free(block);
}
