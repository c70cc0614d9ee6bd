/* Which trampoline stands for which callback. Without locks: a forked child may call on. */
#include "ffh/back.h"

#include <stddef.h>

uint64_t ffh_backs_full;

/* Takes the place for the word, or finds that it has it. */
static bool take(uint64_t *place, uint64_t word) {
  uint64_t found = 0;
  return __atomic_compare_exchange_n(place, &found, word, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE) ||
         found == word;
}

static void add_param(ffh_back *back, const ffh_back_param *param) {
  for (unsigned i = 0; param != NULL && i < FFH_BACK_PARAMS; i++) {
    const ffh_back_param *found = NULL;
    if (__atomic_compare_exchange_n(&back->params[i], &found, param, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE) ||
        found == param) {
      return;
    }
  }
  __atomic_store_n(&back->open, true, __ATOMIC_RELAXED);
}

void (*ffh_back_for(ffh_backs *backs, const ffh_back_param *param, void (*function)(void),
                    uint64_t from))(void) {
  if (function == NULL || from == FFH_SIDE_LEGACY) {
    return function;
  }
  for (unsigned i = 0; i < FFH_BACKS; i++) {
    if (backs->trampolines[i] == function) { /* the legacy side has handed it out */
      return function;
    }
  }
  for (unsigned i = 0; i < FFH_BACKS; i++) {
    if (take(&backs->passed[i].key, ffh_back_key(function, from))) {
      add_param(&backs->passed[i], param);
      return backs->trampolines[i];
    }
  }
  __atomic_fetch_add(&ffh_backs_full, 1, __ATOMIC_RELAXED);
  return function;
}
