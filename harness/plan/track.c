#include "plan/build.h"

bool ffh_values_absent(const ffh_function *function, const ffh_value *values, unsigned slot) {
  for (uint16_t up = function->slots[slot].parent; up != FFH_NONE;
       up = function->slots[up].parent) {
    if (values[up].is_null || values[up].form == FFH_FORM_NULL) {
      return true;
    }
  }
  return false;
}

static void use(ffh_track *track, const ffh_slot *slot, uint16_t variable, unsigned lane) {
  if ((slot->flags & FFH_SLOT_HANDOVER) != 0) {
    track->owner[variable] = (uint8_t)lane;
  }
  if ((slot->flags & FFH_SLOT_RETAINS) != 0 && track->retained[variable] < UINT8_MAX) {
    track->retained[variable]++;
  }
  bool ends = (slot->flags & (FFH_SLOT_CONSUMES | FFH_SLOT_CONSUMES_ON_SUCCESS)) != 0;
  if ((slot->flags & FFH_SLOT_RELEASES) != 0) {
    if (track->retained[variable] > 0) {
      track->retained[variable]--;
      ends = false;
    } else {
      ends = true;
    }
  }
  if (ends) {
    track->ended[variable] |= (uint16_t)(1u << lane);
  }
}

void ffh_track_call(ffh_track *track, const ffh_plan *plan, const ffh_call *call) {
  const ffh_function *function = ffh_plan_function(plan, call);
  const ffh_value *values = ffh_plan_values(plan, call);
  for (unsigned i = 0; i < call->n_values; i++) {
    const ffh_slot *slot = &function->slots[i];
    const ffh_value *value = &values[i];
    if (value->defines != FFH_NO_VARIABLE) {
      track->owner[value->defines] = call->lane;
      track->unborn[value->defines] = call->malformed != FFH_FORM_VALUE;
      track->retained[value->defines] = 0;
      track->ended[value->defines] = 0;
    }
    if (call->malformed == FFH_FORM_VALUE && value->variable != FFH_NO_VARIABLE &&
        value->variable != value->defines) {
      use(track, slot, value->variable, call->lane);
      if (slot->kind == FFH_KIND_ERROR) {
        track->ended[value->variable] |= (uint16_t)(1u << call->lane);
      }
    }
  }
}

static uint16_t passed(const ffh_plan *plan, const ffh_call *call, uint16_t slot) {
  if (slot == FFH_NONE) {
    return FFH_NO_VARIABLE;
  }
  const ffh_value *value = &ffh_plan_values(plan, call)[slot];
  return value->form == FFH_FORM_VALUE ? value->variable : FFH_NO_VARIABLE;
}

uint16_t ffh_plan_parent(const ffh_plan *plan, uint16_t variable) {
  const ffh_call *call = &plan->calls[plan->variables[variable].call];
  const ffh_function *function = ffh_plan_function(plan, call);
  uint16_t parent = passed(plan, call, function->child_of);
  return parent != FFH_NO_VARIABLE ? parent : passed(plan, call, function->dies_with);
}
