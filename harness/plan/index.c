#include <string.h>

#include "base/assert.h"
#include "plan/build.h"

static ffh_index shared_index;

bool ffh_function_is_callable(const ffh_function *function) {
  const unsigned never = FFH_FN_LEGACY | FFH_FN_EXCLUDED | FFH_FN_INIT | FFH_FN_FINI;
  return (function->flags & never) == 0 && function->n_slots <= FFH_MAX_SLOTS;
}

static void insert(ffh_index *index, uint32_t id, uint16_t function) {
  size_t mask = sizeof index->buckets / sizeof index->buckets[0] - 1;
  size_t at = (id ^ (id >> 16)) & mask;
  while (index->buckets[at] != FFH_NONE) {
    at = (at + 1) & mask;
  }
  index->buckets[at] = function;
}

static void build(ffh_index *index, const ffh_target *target) {
  FFH_ASSERT(target->n_functions <= FFH_MAX_FUNCTIONS);
  FFH_ASSERT(target->n_handle_types <= FFH_MAX_HANDLE_TYPES);
  memset(index->buckets, 0xff, sizeof index->buckets);
  index->n_callable = 0;
  for (uint16_t i = 0; i < target->n_functions; i++) {
    insert(index, target->functions[i].id, i);
    if (ffh_function_is_callable(&target->functions[i])) {
      index->callable[index->n_callable++] = i;
    }
  }
  index->target = target;
  index->functions = target->functions;
  index->n_functions = target->n_functions;
}

const ffh_index *ffh_index_of(const ffh_target *target) {
  if (shared_index.target != target || shared_index.functions != target->functions ||
      shared_index.n_functions != target->n_functions) {
    build(&shared_index, target);
  }
  return &shared_index;
}

uint16_t ffh_index_find(const ffh_index *index, uint32_t id) {
  size_t mask = sizeof index->buckets / sizeof index->buckets[0] - 1;
  for (size_t at = (id ^ (id >> 16)) & mask;; at = (at + 1) & mask) {
    uint16_t function = index->buckets[at];
    if (function == FFH_NONE || index->functions[function].id == id) {
      return function;
    }
  }
}
