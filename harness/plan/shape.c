#include "plan/shape.h"

#include <stdbool.h>

static bool is_scalar(uint8_t kind) {
  switch ((ffh_kind)kind) {
    case FFH_KIND_INT:
    case FFH_KIND_BOOL:
    case FFH_KIND_ENUM:
    case FFH_KIND_FLAGS:
    case FFH_KIND_FLOAT:
    case FFH_KIND_CAPACITY:
    case FFH_KIND_WRITTEN:
    case FFH_KIND_STATUS:
    case FFH_KIND_CONST:
    case FFH_KIND_LENGTH:
      return true;
    default:
      return false;
  }
}

static bool is_element_field(const ffh_function *function, const ffh_slot *slot) {
  return slot->parent != FFH_NONE && slot->parent < function->n_slots &&
         function->slots[slot->parent].kind == FFH_KIND_ARRAY;
}

static bool is_built(const ffh_function *function, const ffh_slot *slot) {
  if (slot->param == FFH_PARAM_RESULT || is_element_field(function, slot)) {
    return false; /* an element is built as a whole */
  }
  bool left_to_callee = slot->param == FFH_PARAM_FIELD && slot->direction == FFH_DIR_OUT &&
                        (slot->flags & FFH_SLOT_INDIRECT) == 0;
  return !(left_to_callee && is_scalar(slot->kind));
}

/* Whether every value that the type has is allowed. */
static bool has_full_range(const ffh_slot *slot) {
  int64_t low = INT64_MIN, high = INT64_MAX;
  if (slot->size > 0 && slot->size < sizeof low) {
    unsigned bits = slot->size * 8;
    bool is_signed = (slot->flags & FFH_SLOT_SIGNED) != 0;
    high = (INT64_C(1) << (is_signed ? bits - 1 : bits)) - 1;
    low = is_signed ? -high - 1 : 0;
  }
  return slot->kind == FFH_KIND_INT && slot->lo <= low && slot->hi >= high;
}

static bool matters_on_ok(const ffh_slot *slot) {
  switch ((ffh_kind)slot->kind) {
    case FFH_KIND_INT:
    case FFH_KIND_BOOL:
    case FFH_KIND_ENUM:
    case FFH_KIND_FLAGS:
      return !has_full_range(slot) &&
             (slot->param == FFH_PARAM_RESULT || slot->direction != FFH_DIR_IN);
    case FFH_KIND_CAPACITY:
      return slot->direction == FFH_DIR_INOUT;
    case FFH_KIND_WRITTEN:
    case FFH_KIND_OWNED:
    case FFH_KIND_VIEW:
      return true;
    default:
      return false;
  }
}

static bool matters_on_failure(const ffh_function *function, const ffh_slot *slot) {
  return slot->direction == FFH_DIR_OUT && slot->kind != FFH_KIND_ERROR &&
         slot->parent == FFH_NONE && slot->param != FFH_PARAM_RESULT &&
         (slot->flags & FFH_SLOT_PLACED) == 0 &&
         ((slot->flags & FFH_SLOT_ON_SUCCESS) != 0 ||
          function->on_error == FFH_ON_ERROR_UNTOUCHED ||
          function->on_error == FFH_ON_ERROR_ZEROED);
}

void ffh_shape_make(const ffh_function *function, ffh_shape *shape) {
  *shape = (ffh_shape){0};
  for (unsigned i = 0; i < function->n_slots && i < FFH_MAX_SLOTS; i++) {
    const ffh_slot *slot = &function->slots[i];
    bool handle = slot->kind == FFH_KIND_HANDLE;
    bool creates = handle && (slot->flags & FFH_SLOT_CREATES) != 0;
    bool is_const = (slot->flags & FFH_SLOT_CONST) != 0;
    bool may_change = slot->direction != FFH_DIR_IN || is_const;
    shape->handles |= (ffh_slots)handle << i;
    shape->uses |= (ffh_slots)(handle && !creates && slot->direction != FFH_DIR_OUT) << i;
    shape->makes |= (ffh_slots)(creates || slot->kind == FFH_KIND_OWNED) << i;
    shape->messages |= (ffh_slots)(slot->kind == FFH_KIND_ERROR) << i;
    shape->callbacks |= (ffh_slots)(slot->kind == FFH_KIND_CALLBACK) << i;
    shape->built |= (ffh_slots)is_built(function, slot) << i;
    shape->consts |= (ffh_slots)(is_const && slot->direction == FFH_DIR_IN) << i;
    shape->on_ok |= (ffh_slots)(may_change && matters_on_ok(slot)) << i;
    shape->on_failure |= (ffh_slots)matters_on_failure(function, slot) << i;
  }
}
