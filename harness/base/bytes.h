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

/* The ranges do not overlap. */
static inline void ffh_bytes_copy(void *to, const void *from, size_t size) {
  uint8_t *out = (uint8_t *)to;
  const uint8_t *in = (const uint8_t *)from;
  if (size > FFH_BYTES_INLINE) {
    memcpy(out, in, size);
    return;
  }
  for (; size >= 16; size -= 16, in += 16, out += 16) {
    FFH_BYTES_OPAQUE(out);
    memcpy(out, in, 16);
  }
  if (size >= 8) {
    memcpy(out, in, 8);
    in += 8;
    out += 8;
    size -= 8;
  }
  for (; size != 0; size--) {
    FFH_BYTES_OPAQUE(out);
    *out++ = *in++;
  }
}

static inline void ffh_bytes_fill(void *to, uint8_t byte, size_t size) {
  uint8_t *out = (uint8_t *)to;
  const uint64_t word = byte * UINT64_C(0x0101010101010101);
  for (; size >= 16; size -= 16, out += 16) {
    FFH_BYTES_OPAQUE(out);
    memcpy(out, &word, 8);
    memcpy(out + 8, &word, 8);
  }
  if (size >= 8) {
    memcpy(out, &word, 8);
    out += 8;
    size -= 8;
  }
  for (; size != 0; size--) {
    FFH_BYTES_OPAQUE(out);
    *out++ = byte;
  }
}

#endif
