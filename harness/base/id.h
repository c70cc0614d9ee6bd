/* Stable identifiers of names: FNV-1a, 32 bits (Fowler, Noll, Vo). */
#ifndef FFH_BASE_ID_H
#define FFH_BASE_ID_H

#include <stddef.h>
#include <stdint.h>

#define FFH_ID_BASIS UINT32_C(2166136261)

static inline uint32_t ffh_id_bytes(uint32_t basis, const void *bytes, size_t size) {
  const unsigned char *p = (const unsigned char *)bytes;
  for (size_t i = 0; i < size; i++) {
    basis = (basis ^ p[i]) * UINT32_C(16777619);
  }
  return basis;
}

/* The same as ffh_id_bytes of the little-endian array. Most numbers are small, and a run of zero
 * bytes only multiplies. */
static inline uint32_t ffh_id_numbers(uint32_t basis, const uint32_t *numbers, size_t n) {
  const uint32_t prime = UINT32_C(16777619), prime2 = prime * prime, prime4 = prime2 * prime2;
  for (size_t i = 0; i < n; i++) {
    uint32_t number = numbers[i];
    if (number < 256) {
      basis = (basis ^ number) * prime4;
      continue;
    }
    for (unsigned shift = 0; shift < 32; shift += 8) {
      basis = (basis ^ (number >> shift & 0xff)) * prime;
    }
  }
  return basis;
}

static inline uint32_t ffh_id(const char *name) {
  uint32_t id = FFH_ID_BASIS;
  for (; *name != '\0'; name++) {
    id = ffh_id_bytes(id, name, 1);
  }
  return id;
}

#endif
