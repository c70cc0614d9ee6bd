#include "callbacks.h"

#include <stdlib.h>
#include <string.h>

#define FILTER_BYTES 32u /* 256 bits, numbered by one byte of a hash */

int leveldb_callback_compare(void *state, const char *a, size_t alen, const char *b, size_t blen) {
  (void)state;
  const size_t common = alen < blen ? alen : blen;
  const int order = common == 0 ? 0 : memcmp(a, b, common);
  if (order != 0) {
    return order;
  }
  return (alen > blen) - (alen < blen);
}

const char *leveldb_callback_order_name_1(void *state) {
  (void)state;
  return "ffh.BytewiseOrder1";
}

const char *leveldb_callback_order_name_2(void *state) {
  (void)state;
  return "ffh.BytewiseOrder2";
}

/* FNV-1a, folded to the number of a bit. */
static unsigned bit_of(const char *key, size_t length) {
  uint32_t hash = UINT32_C(2166136261);
  for (size_t i = 0; i < length; i++) {
    hash = (hash ^ (uint8_t)key[i]) * UINT32_C(16777619);
  }
  return (hash ^ (hash >> 8) ^ (hash >> 16) ^ (hash >> 24)) & 0xffu;
}

char *leveldb_callback_create_filter(void *state, const char *const *key_array,
                                     const size_t *key_length_array, int num_keys,
                                     size_t *filter_length) {
  (void)state;
  uint8_t *filter = calloc(1, FILTER_BYTES);
  if (filter == NULL) {
    abort();
  }
  for (int i = 0; i < num_keys; i++) {
    const unsigned bit = bit_of(key_array[i], key_length_array[i]);
    filter[bit / 8] |= (uint8_t)(1u << (bit % 8));
  }
  *filter_length = FILTER_BYTES;
  return (char *)filter;
}

uint8_t leveldb_callback_key_may_match(void *state, const char *key, size_t length,
                                       const char *filter, size_t filter_length) {
  (void)state;
  if (filter_length != FILTER_BYTES) {
    return 1; /* a damaged filter excludes nothing */
  }
  const unsigned bit = bit_of(key, length);
  return (uint8_t)(((uint8_t)filter[bit / 8] >> (bit % 8)) & 1u);
}

const char *leveldb_callback_filter_name_1(void *state) {
  (void)state;
  return "ffh.OneHashFilter1";
}

const char *leveldb_callback_filter_name_2(void *state) {
  (void)state;
  return "ffh.OneHashFilter2";
}
