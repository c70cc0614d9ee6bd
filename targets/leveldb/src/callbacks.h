/* Implementations of LevelDB's callbacks that keep what LevelDB demands of them: one total order
 * under both comparator names, and one encoding under both filter names, so that every combination
 * a plan can pick is a comparator or filter policy that the documentation allows. All are pure
 * functions and may run on any thread. `state` is not used. */
#ifndef LEVELDB_CALLBACKS_H
#define LEVELDB_CALLBACKS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Byte by byte, a prefix first: the order of LevelDB's own comparator. */
int leveldb_callback_compare(void *state, const char *a, size_t alen, const char *b, size_t blen);
/* Static text. */
const char *leveldb_callback_order_name_1(void *state);
const char *leveldb_callback_order_name_2(void *state);

/* One bit a hash value over 256 bits. The result is malloc'ed; LevelDB frees it. Never NULL: stops
 * the process when memory runs out, because the callback has no way to report it. */
char *leveldb_callback_create_filter(void *state, const char *const *key_array,
                                     const size_t *key_length_array, int num_keys,
                                     size_t *filter_length);
uint8_t leveldb_callback_key_may_match(void *state, const char *key, size_t length,
                                       const char *filter, size_t filter_length);
/* Static text. */
const char *leveldb_callback_filter_name_1(void *state);
const char *leveldb_callback_filter_name_2(void *state);

#ifdef __cplusplus
}
#endif

#endif
