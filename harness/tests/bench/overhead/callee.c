#include "overhead.h"

uint64_t overhead_callee(void *object, uint64_t number) {
  return *(uint64_t *)object += number;
}
