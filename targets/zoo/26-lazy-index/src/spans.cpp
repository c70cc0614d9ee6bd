#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

#include "../contract.h"

namespace {

// The ranges that are not empty, by their first number.
struct Index {
  std::vector<span> sorted;
};

std::unique_ptr<const Index> BuildIndex(const std::vector<span> &items) {
  auto index = std::make_unique<Index>();
  for (const span &item : items) {
    if (item.first <= item.last) {
      index->sorted.push_back(item);
    }
  }
  std::sort(index->sorted.begin(), index->sorted.end(),
            [](const span &a, const span &b) { return a.first < b.first; });
  return index;
}

}  // namespace

struct spans {
  std::vector<span> items;
  mutable std::mutex mutex;
  mutable std::unique_ptr<const Index> index;

  // Many sets are never queried, so the index is built by the first query.
  const Index &GetIndex() const {
#ifdef ZOO_FIXED
    const std::lock_guard<std::mutex> lock(mutex);
#endif
    if (index == nullptr) {  // the planted bug: two first queries both build
      index = BuildIndex(items);
    }
    return *index;
  }
};

namespace {

template <typename Work>
int32_t Guarded(const Work &work) noexcept {
  try {
    return work();
  } catch (...) {
    return SPANS_NO_MEMORY;
  }
}

}  // namespace

spans *spans_create(const span *items, size_t count) {
  if (items == nullptr || count > SPANS_MAX) {
    return nullptr;
  }
  try {
    auto self = std::make_unique<spans>();
    self->items.assign(items, items + count);
    return self.release();
  } catch (...) {
    return nullptr;
  }
}

void spans_destroy(spans *self) {
  delete self;
}

size_t spans_count(const spans *self) {
  return self->items.size();
}

int32_t spans_find(const spans *self, int32_t number, span *found) {
  if (self == nullptr || found == nullptr) {
    return SPANS_BAD_INPUT;
  }
  return Guarded([&]() -> int32_t {
    for (const span &item : self->GetIndex().sorted) {
      if (item.first > number) {
        break;
      }
      if (number <= item.last) {
        *found = item;
        return SPANS_OK;
      }
    }
    return SPANS_NOT_FOUND;
  });
}

int32_t spans_overlap(const spans *self, int32_t number, size_t *count) {
  if (self == nullptr || count == nullptr) {
    return SPANS_BAD_INPUT;
  }
  return Guarded([&]() -> int32_t {
    size_t holding = 0;
    for (const span &item : self->GetIndex().sorted) {
      if (item.first > number) {
        break;
      }
      holding += number <= item.last ? 1 : 0;
    }
    *count = holding;
    return SPANS_OK;
  });
}
