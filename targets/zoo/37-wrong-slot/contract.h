/* Prices parcels by weight and zone, many at a time.
 *
 * A `tariff` is read-only once it is made and may be used from any thread at any time. Nothing of
 * the caller's memory is kept. */
#ifndef ZOO_TARIFF_H
#define ZOO_TARIFF_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TARIFF_OK 0
#define TARIFF_BAD_INPUT 1

#define TARIFF_MAX_BATCH 32
#define TARIFF_MAX_GRAMS 30000
#define TARIFF_ZONES 5

enum tariff_answer { TARIFF_PRICED = 1, TARIFF_TOO_HEAVY = 2, TARIFF_NO_ZONE = 3 };

typedef struct parcel {
  uint32_t grams FFH_RANGE(0, 40000) FFH_DICT(30000, 30001);
  uint32_t zone FFH_RANGE(0, 6);
} parcel;

/* `cents` is 0 where no price is given. */
typedef struct price {
  uint32_t answer FFH_ENUM(enum tariff_answer);
  uint32_t cents;
} price;

typedef struct tariff tariff FFH_HANDLE(FFH_SHARED);

/* NULL when memory runs out. */
FFH_CREATES FFH_ERROR_NULL tariff *tariff_create(uint32_t cents_per_kilo FFH_RANGE(1, 1000));

void tariff_destroy(tariff *self FFH_CONSUMES FFH_NULLABLE);

/* Written in src/reference.c from the public price list: one parcel after the other. */
int32_t tariff_price_reference(const tariff *self, const parcel *parcels, size_t count,
                               price *prices);

/* prices[i] answers parcels[i], also where another parcel gets no price. */
FFH_STATUS(0, 1)
FFH_SHADOW(tariff_price_reference)
int32_t tariff_price(const tariff *self, const parcel *parcels FFH_ARRAY(count) FFH_MAX(32),
                     size_t count, price *prices FFH_OUT FFH_ARRAY(count));

/* What a kilogram costs in the first zone. */
uint32_t tariff_cents_per_kilo(const tariff *self);

#ifdef __cplusplus
}
#endif

#endif
