#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  series *self = series_create(0);

  ~Program() {
    series_destroy(self);
  }

  void Step(zoo::Data &data) {
    if (data.ConsumeBool()) {
      series_add(self, data.ConsumeIntegral<int32_t>());
    } else {
      int64_t result = 0;
      series_reduce(self, data.ConsumeIntegral<uint8_t>(), &result);
    }
  }
};

ZOO_FUZZ(Program)
