/* AddressSanitizer must report a heap use after free. The twin without PLANTED is silent. */
#include <stdlib.h>

int main(void) {
  volatile char *block = malloc(16);
  if (!block) {
    return 3;
  }
  block[0] = 1;
#ifdef PLANTED
  free((void *)block);
  return block[0] == 1 ? 0 : 4;
#else
  int first = block[0];
  free((void *)block);
  return first == 1 ? 0 : 4;
#endif
}
