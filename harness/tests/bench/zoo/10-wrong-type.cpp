#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  counter *counts = counter_create();
  gauge *level = gauge_create();

  ~Program() {
    counter_destroy(counts);
    gauge_destroy(level);
  }

  void Step(zoo::Data &data) {
    switch (data.ConsumeIntegralInRange(0, 2)) {
      case 0:
        counter_add(counts, data.ConsumeIntegral<uint32_t>());
        break;
      case 1:
        gauge_set(level, data.ConsumeIntegral<int64_t>());
        break;
      default: {
        int64_t now = 0;
        gauge_level(level, &now);
      }
    }
  }
};

ZOO_FUZZ(Program)
