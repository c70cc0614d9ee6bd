#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  queue *self = nullptr;

  ~Program() {
    queue_destroy(self);
  }

  void Step(zoo::Data &data) {
    switch (data.ConsumeIntegralInRange(0, 3)) {
      case 0: {
        const auto bytes = zoo::Bytes(data, QUEUE_MAX);
        queue_destroy(self);
        self = queue_create(bytes.data(), static_cast<int32_t>(bytes.size()));
        break;
      }
      case 1:
        queue_skip(self, data.ConsumeIntegral<int8_t>());
        break;
      case 2:
        queue_trim(self, data.ConsumeIntegral<int8_t>());
        break;
      default: {
        uint64_t sum = 0;
        queue_sum(self, &sum);
      }
    }
  }
};

ZOO_FUZZ(Program)
