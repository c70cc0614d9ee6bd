#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = true;
  tariff *self = tariff_create(250);

  ~Program() {
    tariff_destroy(self);
  }

  void Step(zoo::Data &data) {
    std::vector<parcel> parcels(data.ConsumeIntegralInRange<size_t>(0, TARIFF_MAX_BATCH));
    for (parcel &one : parcels) {
      one.grams = data.ConsumeIntegralInRange<uint32_t>(0, 40000);
      one.zone = data.ConsumeIntegralInRange<uint32_t>(0, 6);
    }
    std::vector<price> prices(parcels.size());
    tariff_price(self, parcels.data(), parcels.size(), prices.data());
    tariff_cents_per_kilo(self);
  }
};

ZOO_FUZZ(Program)
