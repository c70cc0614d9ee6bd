#include <atomic>

#include "contract.h"
#include "zoo.h"

// Whoever takes a connection out of its place has it alone.
struct Program {
  static constexpr bool kShared = true;
  std::atomic<connection> all[4] = {};

  ~Program() {
    for (auto &one : all) {
      Close(one.exchange(nullptr));
    }
  }

  static void Close(connection one) {
    if (one != nullptr) {
      connection_close(one);
    }
  }

  void Step(zoo::Data &data) {
    auto &place = zoo::Pick(data, all);
    if (data.ConsumeBool()) {
      Close(place.exchange(data.ConsumeBool() ? connection_open() : nullptr));
    } else if (connection self = place.exchange(nullptr)) {
      uint64_t bytes = 0;
      connection_send(self, data.ConsumeIntegralInRange<uint32_t>(0, 1000));
      connection_sent(self, &bytes);
      Close(place.exchange(self));
    }
  }
};

ZOO_FUZZ(Program)
