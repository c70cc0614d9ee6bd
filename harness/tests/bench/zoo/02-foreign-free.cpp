#include "contract.h"
#include "zoo.h"

// A place never changes and may be shared.
struct Program {
  static constexpr bool kShared = true;
  place *self = place_create(7, 2);

  ~Program() {
    place_destroy(self);
  }

  void Step(zoo::Data &data) {
    if (data.ConsumeBool()) {
      free(place_name(self));
    } else {
      place_destroy(place_create(data.ConsumeIntegralInRange<uint32_t>(0, 99),
                                 data.ConsumeIntegralInRange<uint32_t>(0, 25)));
    }
  }
};

ZOO_FUZZ(Program)
