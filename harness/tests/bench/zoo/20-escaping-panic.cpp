#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  picture *self = picture_create(8, 8);

  ~Program() {
    picture_destroy(self);
  }

  void Step(zoo::Data &data) {
    const uint32_t plane = data.ConsumeIntegralInRange(0, 7);
    if (data.ConsumeBool()) {
      picture_fill(self, plane, data.ConsumeIntegral<uint8_t>());
    } else {
      uint64_t sum = 0;
      picture_sum(self, plane, &sum);
    }
  }
};

ZOO_FUZZ(Program)
