#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  limiter *self = nullptr;

  ~Program() {
    limiter_destroy(self);
  }

  void Step(zoo::Data &data) {
    limiter_options options = {};
    switch (data.ConsumeIntegralInRange(0, 2)) {
      case 0:
        options.calls = data.ConsumeIntegralInRange<uint32_t>(1, 1000);
        options.window_ms = data.ConsumeIntegralInRange<uint32_t>(1, 60000);
        options.burst = data.ConsumeIntegralInRange<uint16_t>(0, 100);
        limiter_destroy(self);
        self = limiter_create(&options);
        break;
      case 1:
        if (self != nullptr) {
          limiter_allows(self, data.ConsumeIntegral<uint64_t>());
        }
        break;
      default:
        limiter_options_of(self, &options);
    }
  }
};

ZOO_FUZZ(Program)
