#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  columns *self = columns_create(',');

  ~Program() {
    columns_destroy(self);
  }

  void Step(zoo::Data &data) {
    switch (data.ConsumeIntegralInRange(0, 2)) {
      case 0: {
        const auto line = zoo::Bytes<char>(data, COLUMNS_MAX_LINE);
        columns_split(self, line.data(), line.size());
        break;
      }
      case 1:
        columns_count(self);
        break;
      default: {
        std::vector<char> text(data.ConsumeIntegralInRange<size_t>(1, COLUMNS_MAX_LINE));
        size_t written = 0;
        columns_get(self, data.ConsumeIntegralInRange(0, 7), text.data(), text.size(), &written);
      }
    }
  }
};

ZOO_FUZZ(Program)
