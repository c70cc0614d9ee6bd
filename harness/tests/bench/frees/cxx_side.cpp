#include <cstdint>

#include "sides.h"

struct thing {
  int64_t first, second;
};

void *cxx_new(void) {
  return new thing();
}

void cxx_delete(void *at) {
  delete static_cast<thing *>(at);
}

void *cxx_new_array(void) {
  return new thing[3]();
}

void cxx_delete_array(void *at) {
  delete[] static_cast<thing *>(at);
}
