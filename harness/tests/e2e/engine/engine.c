/* The smallest fuzzing engine: a main that knows nothing of libFuzzer and feeds pseudo-random
 * bytes, as any engine behind LIB_FUZZING_ENGINE may. Prints how many inputs it ran. */
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(void) {
  uint64_t state = 1;
  unsigned run = 0;
  for (; run < 2000; run++) {
    uint8_t bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      bytes[i] = (uint8_t)(state >> 56);
    }
    LLVMFuzzerTestOneInput(bytes, run % sizeof bytes);
  }
  printf("%u inputs\n", run);
  return 0;
}
