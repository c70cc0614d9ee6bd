/* A set of controlled threads: the first word holds the lanes, the second the library's threads. */
#ifndef FFH_SCHED_SET_H
#define FFH_SCHED_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"

typedef struct ffh_set {
  uint64_t words[2];
} ffh_set;

_Static_assert(FFH_MAX_LANES == 64 && FFH_MAX_ADOPTED == 64,
               "a word for each kind of thread, and an index is a thread's name");

/* Indices of the library's threads start here, whatever FFH_MAX_LANES is. */
enum { FFH_SET_ADOPTED = 64, FFH_SET_SIZE = FFH_SET_ADOPTED + FFH_MAX_ADOPTED };

static inline bool ffh_set_has(const ffh_set *set, unsigned i) {
  return (set->words[i >> 6] >> (i & 63) & 1) != 0;
}

static inline void ffh_set_add(ffh_set *set, unsigned i) {
  set->words[i >> 6] |= UINT64_C(1) << (i & 63);
}

static inline void ffh_set_remove(ffh_set *set, unsigned i) {
  set->words[i >> 6] &= ~(UINT64_C(1) << (i & 63));
}

static inline bool ffh_set_is_empty(const ffh_set *set) {
  return (set->words[0] | set->words[1]) == 0;
}

static inline unsigned ffh_set_count(const ffh_set *set) {
  return (unsigned)__builtin_popcountll(set->words[0]) +
         (unsigned)__builtin_popcountll(set->words[1]);
}

/* Takes the lowest member out. The set is not empty. */
static inline unsigned ffh_set_take(ffh_set *set) {
  unsigned word = set->words[0] != 0 ? 0 : 1;
  unsigned i = (unsigned)__builtin_ctzll(set->words[word]);
  set->words[word] &= set->words[word] - 1;
  return word * 64 + i;
}

static inline unsigned ffh_set_first(const ffh_set *set) {
  ffh_set copy = *set;
  return ffh_set_take(&copy);
}

/* The n-th member, from 0, in ascending order. */
static inline unsigned ffh_set_nth(const ffh_set *set, unsigned n) {
  ffh_set copy = *set;
  while (n-- > 0) {
    (void)ffh_set_take(&copy);
  }
  return ffh_set_first(&copy);
}

#endif
