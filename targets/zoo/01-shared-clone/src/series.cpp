#include <algorithm>
#include <memory>
#include <new>
#include <numeric>

#include "../contract.h"

struct series {
  size_t count;
  int32_t *numbers;

  series(const int32_t *from, size_t n) : count(n), numbers(new int32_t[n]) {
    std::copy_n(from, n, numbers);
  }
#ifdef ZOO_FIXED
  series(const series &other) : series(other.numbers, other.count) {}
#else
  series(const series &other) = default;  // the planted bug: both have, and free, the same numbers
#endif
  series &operator=(const series &) = delete;
  ~series() {
    delete[] numbers;
  }
};

series *series_create(const int32_t *numbers, size_t count) {
  if (numbers == nullptr || count > SERIES_MAX) {
    return nullptr;
  }
  try {
    return new series(numbers, count);
  } catch (...) {
    return nullptr;
  }
}

series *series_clone(const series *self) {
  if (self == nullptr) {
    return nullptr;
  }
  try {
    return new series(*self);
  } catch (...) {
    return nullptr;
  }
}

void series_destroy(series *self) {
  delete self;
}

int32_t series_shift(series *self, int32_t by) {
  if (self == nullptr) {
    return SERIES_BAD_INPUT;
  }
  std::for_each_n(self->numbers, self->count, [by](int32_t &number) {
    number = static_cast<int32_t>(static_cast<uint32_t>(number) + static_cast<uint32_t>(by));
  });
  return SERIES_OK;
}

int32_t series_sum(const series *self, int64_t *sum) {
  if (self == nullptr || sum == nullptr) {
    return SERIES_BAD_INPUT;
  }
  *sum = std::accumulate(self->numbers, self->numbers + self->count, int64_t{0});
  return SERIES_OK;
}
