#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  series *all[4] = {};

  ~Program() {
    for (series *one : all) {
      series_destroy(one);
    }
  }

  void Replace(series *&place, series *made) {
    series_destroy(place);
    place = made;
  }

  void Step(zoo::Data &data) {
    series *&self = zoo::Pick(data, all);
    switch (data.ConsumeIntegralInRange(0, 4)) {
      case 0: {
        const auto numbers = zoo::Numbers<int32_t>(data, SERIES_MAX);
        Replace(self, series_create(numbers.data(), numbers.size()));
        break;
      }
      case 1:
        Replace(zoo::Pick(data, all), self == nullptr ? nullptr : series_clone(self));
        break;
      case 2:
        series_shift(self, data.ConsumeIntegral<int32_t>());
        break;
      case 3: {
        int64_t sum = 0;
        series_sum(self, &sum);
        break;
      }
      default:
        Replace(self, nullptr);
    }
  }
};

ZOO_FUZZ(Program)
