#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "../contract.h"

struct names {
  std::vector<std::string> items;
};

names *names_create(void) {
  return new (std::nothrow) names;
}

void names_destroy(names *self) {
  delete self;
}

int32_t names_add(names *self, const char *name, size_t length) {
  if (self == nullptr || name == nullptr || length > NAMES_MAX_NAME) {
    return NAMES_BAD_INPUT;
  }
  try {
    self->items.emplace_back(name, length);
    return NAMES_OK;
  } catch (const std::bad_alloc &) {
    return NAMES_NO_MEMORY;
  }
}

int32_t names_length(const names *self, size_t place, size_t *length) {
  if (self == nullptr || length == nullptr) {
    return NAMES_BAD_INPUT;
  }
  try {
    *length = self->items.at(place).size();
    return NAMES_OK;
#ifdef ZOO_FIXED
  } catch (const std::out_of_range &) {
#else
  } catch (const std::bad_alloc &) {  // the planted bug: this is not what `at` throws
#endif
    return NAMES_NO_SUCH;
  }
}

int32_t names_remove(names *self, size_t place) {
  if (self == nullptr) {
    return NAMES_BAD_INPUT;
  }
  if (place >= self->items.size()) {
    return NAMES_NO_SUCH;
  }
  self->items.erase(self->items.begin() + static_cast<std::ptrdiff_t>(place));
  return NAMES_OK;
}
