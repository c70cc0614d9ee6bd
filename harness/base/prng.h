/* SplitMix64 (Steele, Lea, Flood 2014): small, seedable, shared with nobody. */
#ifndef FFH_BASE_PRNG_H
#define FFH_BASE_PRNG_H

#include <stdint.h>

typedef struct ffh_prng {
  uint64_t state;
} ffh_prng;

static inline uint64_t ffh_prng_next(ffh_prng *prng) {
  uint64_t z = (prng->state += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* A number below `bound`, which is not 0. */
static inline uint32_t ffh_prng_below(ffh_prng *prng, uint32_t bound) {
  return (uint32_t)(((ffh_prng_next(prng) >> 32) * bound) >> 32);
}

#endif
