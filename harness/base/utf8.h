/* UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef FFH_BASE_UTF8_H
#define FFH_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many bytes the well-formed sequence at `at` has, 0 when there is none within `size`. */
static inline size_t ffh_utf8_sequence(const uint8_t *at, size_t size) {
  if (size == 0) {
    return 0;
  }
  if (at[0] < 0x80) {
    return 1;
  }
  size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
  if (at[0] < 0xc2 || at[0] > 0xf4 || length > size) {
    return 0;
  }
  uint8_t lowest = at[0] == 0xe0 ? 0xa0 : at[0] == 0xf0 ? 0x90 : 0x80;
  uint8_t highest = at[0] == 0xed ? 0x9f : at[0] == 0xf4 ? 0x8f : 0xbf;
  if (at[1] < lowest || at[1] > highest) {
    return 0;
  }
  for (size_t i = 2; i < length; i++) {
    if ((at[i] & 0xc0) != 0x80) {
      return 0;
    }
  }
  return length;
}

static inline bool ffh_utf8_is_valid(const uint8_t *text, size_t size) {
  for (size_t i = 0; i < size;) {
    size_t length = ffh_utf8_sequence(text + i, size - i);
    if (length == 0) {
      return false;
    }
    i += length;
  }
  return true;
}

#endif
