#include "../contract.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 4 };

struct tariff {
  uint32_t cents_per_kilo;
};

static uint32_t kilos(uint32_t grams) {
  return grams == 0 ? 1 : (grams + 999) / 1000;
}

static uint32_t cents(const tariff *self, const parcel *item) {
  return self->cents_per_kilo * kilos(item->grams) * (2 + item->zone) / 2;
}

/* The fast engine prices what has a price, and leaves the rest to the other one. Returns how many
 * it has priced. */
static size_t price_fast(const tariff *self, const parcel *parcels, size_t count, price *prices) {
  size_t done = 0;
  for (size_t i = 0; i < count; i++) {
    if (parcels[i].grams <= TARIFF_MAX_GRAMS && parcels[i].zone < TARIFF_ZONES) {
#ifdef ZOO_FIXED
      price *answer = &prices[i];
#else
      price *answer = &prices[done]; /* the planted bug: behind a gap, another parcel's slot */
#endif
      answer->answer = TARIFF_PRICED;
      answer->cents = cents(self, &parcels[i]);
      done++;
    }
  }
  return done;
}

/* The careful engine looks at every parcel that has no answer yet. */
static void price_rest(const tariff *self, const parcel *parcels, size_t count, price *prices) {
  for (size_t i = 0; i < count; i++) {
    if (prices[i].answer != 0) {
      continue;
    }
    if (parcels[i].grams > TARIFF_MAX_GRAMS) {
      prices[i].answer = TARIFF_TOO_HEAVY;
    } else if (parcels[i].zone >= TARIFF_ZONES) {
      prices[i].answer = TARIFF_NO_ZONE;
    } else {
      prices[i].answer = TARIFF_PRICED;
      prices[i].cents = cents(self, &parcels[i]);
    }
  }
}

tariff *tariff_create(uint32_t cents_per_kilo) {
  tariff *self = malloc(sizeof *self);
  if (self != NULL) {
    self->cents_per_kilo = cents_per_kilo;
  }
  return self;
}

void tariff_destroy(tariff *self) {
  free(self);
}

int32_t tariff_price(const tariff *self, const parcel *parcels, size_t count, price *prices) {
  if (count > TARIFF_MAX_BATCH) {
    return TARIFF_BAD_INPUT;
  }
  for (size_t i = 0; i < count; i++) {
    prices[i].answer = 0;
    prices[i].cents = 0;
  }
  for (size_t start = 0; start < count; start += CHUNK) {
    size_t size = count - start < CHUNK ? count - start : CHUNK;
    if (price_fast(self, parcels + start, size, prices + start) != size) {
      price_rest(self, parcels + start, size, prices + start);
    }
  }
  return TARIFF_OK;
}

uint32_t tariff_cents_per_kilo(const tariff *self) {
  return self->cents_per_kilo;
}
