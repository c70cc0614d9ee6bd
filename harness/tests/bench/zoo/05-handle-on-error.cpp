#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;

  void Step(zoo::Data &data) {
    const auto layout = zoo::Bytes<char>(data, TABLE_MAX_LAYOUT);
    table *opened = nullptr;
    if (table_open(layout.data(), layout.size(), &opened) == TABLE_OK) {
      table_columns(opened);
      table_width(opened);
      table_close(opened);
    }
  }
};

ZOO_FUZZ(Program)
