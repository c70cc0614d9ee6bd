#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = true;
  tally *self = tally_create();

  ~Program() {
    tally_destroy(self);
  }

  void Step(zoo::Data &data) {
    if (data.ConsumeBool()) {
      tally_post(self, data.ConsumeIntegral<int32_t>());
    } else {
      int64_t sum = 0;
      tally_sum(self, &sum);
    }
  }
};

ZOO_FUZZ(Program)
