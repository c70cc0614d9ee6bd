#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  roster *self = roster_create();

  ~Program() {
    roster_destroy(self);
  }

  void Step(zoo::Data &data) {
    const uint32_t slot = data.ConsumeIntegralInRange<uint32_t>(0, ROSTER_SLOTS);
    if (data.ConsumeBool()) {
      const auto bytes = zoo::Bytes(data, 32);
      roster_append(self, slot, bytes.data(), bytes.size());
    } else {
      size_t length = 0;
      uint64_t sum = 0;
      roster_measure(self, slot, &length, &sum);
    }
  }
};

ZOO_FUZZ(Program)
