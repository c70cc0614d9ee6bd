/* When memory runs out. */
#include <cstdlib>
#include <cstring>

#include "harness/tests/rules/contract.h"

static void *volatile block;

static int32_t fill(uint32_t size, int32_t without) {
  block = malloc(size);
  if (block == nullptr) {
    return without;
  }
  memset(block, 1, size);
  free(block);
  return 0;
}

extern "C" {

int32_t alloc_failure_bad(uint32_t size) {
  return fill(size, 1);
}

int32_t alloc_failure_good(uint32_t size) {
  return fill(size, 3);
}

}  // extern "C"
