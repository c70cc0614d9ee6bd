/* The reference: no batches, no engines, nothing shared with the library but its public face. */
#include "../contract.h"

static price one(const tariff *self, const parcel *item) {
  if (item->grams > TARIFF_MAX_GRAMS) {
    return (price){TARIFF_TOO_HEAVY, 0};
  }
  if (item->zone >= TARIFF_ZONES) {
    return (price){TARIFF_NO_ZONE, 0};
  }
  uint32_t kilos = 1;
  while (kilos * 1000 < item->grams) {
    kilos++;
  }
  uint32_t first_zone = tariff_cents_per_kilo(self) * kilos;
  return (price){TARIFF_PRICED, first_zone * (2 + item->zone) / 2};
}

int32_t tariff_price_reference(const tariff *self, const parcel *parcels, size_t count,
                               price *prices) {
  if (count > TARIFF_MAX_BATCH) {
    return TARIFF_BAD_INPUT;
  }
  for (size_t i = 0; i < count; i++) {
    prices[i] = one(self, &parcels[i]);
  }
  return TARIFF_OK;
}
