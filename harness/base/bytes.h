/* Copies and fills of the runtime's own memory. In a build with AddressSanitizer memcpy and memset
 * are its checking interceptors, which cost more than the few bytes that most values have. */
#ifndef FFH_BASE_BYTES_H
#define FFH_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FFH_BYTES_INLINE 512 /* above it the library's routines win in spite of the checks */

/* Keeps the compiler from making a loop into a call of memcpy or memset. */
#define FFH_BYTES_OPAQUE(pointer) __asm__("" : "+r"(pointer))

/* A fixed size is a load and a store. */
#define FFH_BYTES_PART(part, in, step) \
  if ((size & (part)) != 0) {          \
    memcpy(out, in, part);             \
    out += (part);                     \
    (in) += (part) * (step);           \
  }

/* The ranges do not overlap. */
static inline void ffh_bytes_copy(void *to, const void *from, size_t size) {
  uint8_t *out = (uint8_t *)to;
  const uint8_t *in = (const uint8_t *)from;
  if (size > FFH_BYTES_INLINE) {
    memcpy(out, in, size);
    return;
  }
  for (; size >= 32; size -= 32, in += 32, out += 32) {
    FFH_BYTES_OPAQUE(out);
    memcpy(out, in, 32);
  }
  FFH_BYTES_PART(16, in, 1)
  FFH_BYTES_PART(8, in, 1)
  FFH_BYTES_PART(4, in, 1)
  FFH_BYTES_PART(2, in, 1)
  FFH_BYTES_PART(1, in, 1)
}

static inline void ffh_bytes_fill(void *to, uint8_t byte, size_t size) {
  uint8_t *out = (uint8_t *)to;
  const uint64_t word = byte * UINT64_C(0x0101010101010101);
  const uint8_t *from = (const uint8_t *)&word;
  for (; size >= 32; size -= 32, out += 32) {
    FFH_BYTES_OPAQUE(out);
    const uint64_t words[] = {word, word, word, word};
    memcpy(out, words, sizeof words);
  }
  for (; size >= 8; size -= 8, out += 8) {
    FFH_BYTES_OPAQUE(out);
    memcpy(out, &word, 8);
  }
  FFH_BYTES_PART(4, from, 0)
  FFH_BYTES_PART(2, from, 0)
  FFH_BYTES_PART(1, from, 0)
}

/* Multiply and rotate, eight bytes at a time. */
static inline uint32_t ffh_bytes_digest(const void *bytes, size_t size) {
  const uint8_t *at = (const uint8_t *)bytes;
  uint64_t sum = size, word;
  for (; size >= sizeof word; size -= sizeof word, at += sizeof word) {
    memcpy(&word, at, sizeof word);
    sum = (((sum << 29) | (sum >> 35)) ^ word) * UINT64_C(0x9e3779b97f4a7c15);
  }
  for (; size > 0; size--, at++) {
    sum = (((sum << 29) | (sum >> 35)) ^ *at) * UINT64_C(0x9e3779b97f4a7c15);
  }
  return (uint32_t)(sum >> 32);
}

#endif
