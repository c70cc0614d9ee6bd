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

static inline uint32_t ffh_id(const char *name) {
  uint32_t id = FFH_ID_BASIS;
  for (; *name != '\0'; name++) {
    id = ffh_id_bytes(id, name, 1);
  }
  return id;
}

#endif
