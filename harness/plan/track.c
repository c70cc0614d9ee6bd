#include "plan/build.h"

static uint16_t passed(const ffh_plan *plan, const ffh_call *call, uint16_t slot) {
  if (slot == FFH_NONE) {
    return FFH_NO_VARIABLE;
  }
  const ffh_value *value = &ffh_plan_values(plan, call)[slot];
  return value->form == FFH_FORM_VALUE ? value->variable : FFH_NO_VARIABLE;
}

/* The variable that must outlive this one, or FFH_NO_VARIABLE. */
static uint16_t outlived_by(const ffh_plan *plan, uint16_t variable) {
  const ffh_call *call = &plan->calls[plan->variables[variable].call];
  const ffh_function *function = ffh_plan_function(plan, call);
  return function->slots[plan->variables[variable].slot].kind == FFH_KIND_HANDLE
             ? passed(plan, call, function->child_of)
             : FFH_NO_VARIABLE; /* messages and memory are nobody's children */
}

static void define(ffh_track *track, const ffh_plan *plan, const ffh_call *call,
                   const ffh_slot *slot, uint16_t variable) {
  uint16_t parent = outlived_by(plan, variable);
  track->owner[variable] = call->lane;
  track->unborn[variable] = call->malformed != FFH_FORM_VALUE;
  track->retained[variable] = 0;
  track->ended[variable] = 0;
  track->children[variable] = 0;
  track->state[variable] = slot->becomes;
  if (parent != FFH_NO_VARIABLE && parent < variable && !track->unborn[variable]) {
    track->children[parent]++;
  }
}

static void end(ffh_track *track, const ffh_plan *plan, uint16_t variable, unsigned lane) {
  if (track->ended[variable] == 0 && !track->unborn[variable]) {
    uint16_t parent = outlived_by(plan, variable);
    if (parent != FFH_NO_VARIABLE && parent < variable) {
      track->children[parent]--;
    }
  }
  track->ended[variable] |= UINT64_C(1) << lane;
}

static void use(ffh_track *track, const ffh_plan *plan, const ffh_slot *slot, uint16_t variable,
                unsigned lane) {
  if (slot->becomes != FFH_NONE) {
    track->state[variable] = slot->becomes;
  }
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
  if (ends || slot->kind == FFH_KIND_ERROR) {
    end(track, plan, variable, lane);
  }
}

void ffh_track_call(ffh_track *track, const ffh_plan *plan, const ffh_call *call) {
  const ffh_function *function = ffh_plan_function(plan, call);
  const ffh_value *values = ffh_plan_values(plan, call);
  const ffh_layout *layout = &ffh_index_of(plan->target)->layouts[call->function];
  for (ffh_slots left = layout->variables; left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    const ffh_slot *slot = &function->slots[i];
    const ffh_value *value = &values[i];
    if (value->defines != FFH_NO_VARIABLE) {
      define(track, plan, call, slot, value->defines);
    }
    if (call->malformed == FFH_FORM_VALUE && value->variable != FFH_NO_VARIABLE &&
        value->variable != value->defines) {
      use(track, plan, slot, value->variable, call->lane);
    }
  }
}

uint16_t ffh_plan_parent(const ffh_plan *plan, uint16_t variable) {
  const ffh_call *call = &plan->calls[plan->variables[variable].call];
  const ffh_function *function = ffh_plan_function(plan, call);
  uint16_t parent = passed(plan, call, function->child_of);
  return parent != FFH_NO_VARIABLE ? parent : passed(plan, call, function->dies_with);
}
