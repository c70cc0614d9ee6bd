/* LeakSanitizer must report a block that nothing points to. The twin without PLANTED is silent. */
#include <stdint.h>
#include <stdlib.h>

static void *volatile kept;

int main(void) {
  kept = malloc(24);
#ifndef PLANTED
  free(kept);
#endif
  kept = NULL;
  return 0;
}
