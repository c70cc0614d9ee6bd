#include "boundary/place.h"

#include "boundary/arena.h"
#include "boundary/handles.h"

static bool has_dependants(uint16_t variable) {
  for (uint16_t i = 0; i < ffh_handles_count(); i++) {
    const ffh_handle *handle = ffh_handles_at(i);
    if (handle->state == FFH_HANDLE_LIVE && handle->dies_with == variable) {
      return true;
    }
  }
  return false;
}

static bool may_move(const ffh_frame *frame, const ffh_value *value) {
  if (value->variable == FFH_NO_VARIABLE || value->form != FFH_FORM_VALUE) {
    return false;
  }
  const ffh_handle *handle = ffh_handles_at(value->variable);
  return frame->plan->target->handle_types[handle->type].relocatable != 0 &&
         handle->state == FFH_HANDLE_LIVE && handle->in_use == 0 && handle->keepers == 0 &&
         !has_dependants(value->variable);
}

static const ffh_slot *placed_slot(const ffh_frame *frame, uint16_t type) {
  for (uint16_t f = 0; f < frame->plan->target->n_functions; f++) {
    const ffh_function *function = &frame->plan->target->functions[f];
    for (uint16_t i = 0; i < function->n_slots; i++) {
      const ffh_slot *slot = &function->slots[i];
      if ((slot->flags & FFH_SLOT_PLACED) != 0 && slot->handle_type == type) {
        return slot;
      }
    }
  }
  return NULL;
}

void ffh_place_move(const ffh_frame *frame, void (*moved)(const void *from, size_t size)) {
  for (ffh_slots left = ffh_frame_shape(frame)->uses; left != 0;) {
    const ffh_value *value = &frame->values[ffh_slots_next(&left)];
    if (!may_move(frame, value)) {
      continue;
    }
    ffh_handle *handle = ffh_handles_at(value->variable);
    const ffh_slot *slot = placed_slot(frame, handle->type);
    void *from = handle->pointer;
    uint8_t *to = slot == NULL ? NULL : ffh_arena_move(from, slot->align);
    if (to != NULL) {
      handle->pointer = to;
      handle->moves++;
      moved(from, slot->size);
    }
  }
}
