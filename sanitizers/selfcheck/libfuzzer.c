/* libFuzzer must find the three bytes that overrun a block, from nothing. The twin without PLANTED
 * is silent. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  volatile uint8_t *block = malloc(4);
  if (!block) {
    return 0;
  }
  if (size > 2 && data[0] == 'F' && data[1] == 'F' && data[2] == 'H') {
#ifdef PLANTED
    block[4] = data[0];
#else
    block[3] = data[0];
#endif
  }
  free((void *)block);
  return 0;
}
