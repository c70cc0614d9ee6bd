#include <memory>
#include <numeric>
#include <string_view>
#include <vector>

#include "../contract.h"

struct table {
  std::vector<size_t> widths;  // of the columns, in bytes
};

namespace {

int32_t AddColumns(std::string_view layout, table *to) {
  for (const char letter : layout) {
    if (letter != 'i' && letter != 'l') {
      return TABLE_BAD_LAYOUT;
    }
    to->widths.push_back(letter == 'i' ? 4 : 8);
  }
  return TABLE_OK;
}

}  // namespace

int32_t table_open(const char *layout, size_t length, table **opened) {
  if (opened == nullptr) {
    return TABLE_BAD_INPUT;
  }
  *opened = nullptr;
  if (layout == nullptr || length > TABLE_MAX_LAYOUT) {
    return TABLE_BAD_INPUT;
  }
  try {
    auto made = std::make_unique<table>();
    const int32_t status = AddColumns({layout, length}, made.get());
#ifdef ZOO_FIXED
    if (status != TABLE_OK) {
      return status;
    }
#endif
    *opened = made.release();  // the planted bug is that this is done whatever the status
    return status;
  } catch (...) {
    return TABLE_NO_MEMORY;
  }
}

void table_close(table *self) {
  delete self;
}

size_t table_columns(const table *self) {
  return self->widths.size();
}

size_t table_width(const table *self) {
  return std::accumulate(self->widths.begin(), self->widths.end(), size_t{0});
}
