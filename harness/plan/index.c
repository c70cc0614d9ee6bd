#include <string.h>

#include "base/assert.h"
#include "plan/build.h"

static ffh_index shared_index;

static void insert(ffh_index *index, uint32_t id, uint16_t function) {
  size_t mask = sizeof index->buckets / sizeof index->buckets[0] - 1;
  size_t at = (id ^ (id >> 16)) & mask;
  while (index->buckets[at] != FFH_NONE) {
    at = (at + 1) & mask;
  }
  index->buckets[at] = function;
}

static void lay_out(const ffh_target *target, const ffh_function *function, ffh_layout *layout) {
  *layout = (ffh_layout){.function = function};
  for (unsigned i = 0; i < function->n_slots; i++) {
    const ffh_slot *slot = &function->slots[i];
    ffh_class class = ffh_slot_class(function, i);
    bool message = class == FFH_CLASS_ERROR, handle = class == FFH_CLASS_HANDLE;
    bool define = class == FFH_CLASS_DEFINE;
    bool data = message || class == FFH_CLASS_NUMBER || class == FFH_CLASS_CAPACITY ||
                class == FFH_CLASS_CALLBACK || class == FFH_CLASS_BUFFER ||
                class == FFH_CLASS_FIXED;
    layout->handles |= (ffh_slots)handle << i;
    layout->parented |= (ffh_slots)(handle && slot->parent_of != FFH_NONE) << i;
    layout->defines |= (ffh_slots)(define || (message && slot->handle_type != FFH_NONE)) << i;
    layout->variables |= (ffh_slots)(define || message || handle) << i;
    layout->data |= (ffh_slots)data << i;
    layout->classes[i] = (uint8_t)class;
    layout->tags[i] = ffh_slot_tag(function, i);
    layout->leaders[i] = (uint8_t)ffh_slot_leader(function, i);
    layout->caps[i] = (uint32_t)ffh_slot_cap(function, i); /* at most FFH_MAX_PLAN_BYTES */
    layout->has_lane =
        layout->has_lane ||
        (define && target->handle_types[slot->handle_type].threading == FFH_THREADING_ROLE);
  }
  layout->has_lane = layout->has_lane || function->threading == FFH_THREADING_ROLE;
}

static void build(ffh_index *index, const ffh_target *target) {
  FFH_ASSERT(target->n_functions <= FFH_MAX_FUNCTIONS);
  FFH_ASSERT(target->n_handle_types <= FFH_MAX_HANDLE_TYPES);
  memset(index->buckets, 0xff, sizeof index->buckets);
  index->n_callable = 0;
  for (uint16_t i = 0; i < target->n_functions; i++) {
    insert(index, target->functions[i].id, i);
    ffh_shape_make(&target->functions[i], &index->shapes[i]);
    if (ffh_function_is_callable(&target->functions[i])) {
      index->callable[index->n_callable++] = i;
      lay_out(target, &target->functions[i], &index->layouts[i]);
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

const ffh_shape *ffh_shape_all(const ffh_target *target) {
  return ffh_index_of(target)->shapes;
}
