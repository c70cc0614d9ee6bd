#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  switches *self = switches_create();

  ~Program() {
    switches_destroy(self);
  }

  void Step(zoo::Data &data) {
    const uint32_t number = data.ConsumeIntegralInRange(0, 8);
    if (data.ConsumeBool()) {
      switches_turn(self, number, data.ConsumeIntegral<uint8_t>());
    } else {
      uint8_t on = 0;
      switches_look(self, number, &on);
    }
  }
};

ZOO_FUZZ(Program)
