#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = true;
  spans *self = nullptr;

  Program() {
    const span items[] = {{0, 9}, {5, 20}, {-3, 3}, {7, 6}};
    self = spans_create(items, 4);
  }

  ~Program() {
    spans_destroy(self);
  }

  void Step(zoo::Data &data) {
    const int32_t number = data.ConsumeIntegralInRange<int32_t>(INT8_MIN, INT8_MAX);
    switch (data.ConsumeIntegralInRange(0, 2)) {
      case 0: {
        span found;
        spans_find(self, number, &found);
        break;
      }
      case 1: {
        size_t count = 0;
        spans_overlap(self, number, &count);
        break;
      }
      default:
        spans_count(self);
    }
  }
};

ZOO_FUZZ(Program)
