#include "boundary/admit.h"

#include "boundary/handles.h"

enum { CONSUMING = FFH_SLOT_CONSUMES | FFH_SLOT_CONSUMES_ON_SUCCESS };

static uint16_t variable_of(const ffh_frame *frame, uint16_t slot) {
  return slot == FFH_NONE ? FFH_NO_VARIABLE : frame->values[slot].variable;
}

/* To refuse a live handle, the library has to look at it. */
static bool is_refused_alive(const ffh_value *value) {
  return value->form == FFH_FORM_WRONG_TYPE || value->form == FFH_FORM_WRONG_THREAD ||
         value->form == FFH_FORM_WRONG_STATE || value->form == FFH_FORM_HAS_CHILDREN;
}

/* A call that ends a handle: consuming it, or giving back the last reference that is not being
 * given back by a call in flight. */
static bool ends(const ffh_slot *slot, const ffh_handle *handle) {
  return (slot->flags & CONSUMING) != 0 ||
         ((slot->flags & FFH_SLOT_RELEASES) != 0 && handle->references == handle->releases + 1);
}

/* Whether a call is in flight that needs the handle until it returns. A release has a reference of
 * its own, so several may run at the same time, the last one too. */
static bool is_needed(const ffh_slot *slot, const ffh_handle *handle) {
  return handle->in_use != ((slot->flags & CONSUMING) != 0 ? 0 : handle->releases);
}

static bool thread_allowed(const ffh_frame *frame, const ffh_handle *handle) {
  const ffh_handle_type *type = &frame->plan->target->handle_types[handle->type];
  if (frame->function->threading != FFH_THREADING_INHERIT) {
    return true; /* the function's own rule was checked once for the call */
  }
  return type->threading != FFH_THREADING_CONFINED || handle->owner == frame->lane;
}

static bool is_free_for(const ffh_frame *frame, const ffh_handle *handle) {
  const ffh_function *function = frame->function;
  uint8_t threading = function->threading != FFH_THREADING_INHERIT
                          ? function->threading
                          : frame->plan->target->handle_types[handle->type].threading;
  return threading == FFH_THREADING_SHARED || handle->in_use == 0;
}

static bool well_formed_allowed(const ffh_frame *frame, const ffh_slot *slot, uint16_t variable) {
  const ffh_handle *handle = ffh_handles_at(variable);
  if (handle->state != FFH_HANDLE_LIVE || !thread_allowed(frame, handle) ||
      !is_free_for(frame, handle)) {
    return false;
  }
  if (slot->needs != FFH_NONE && handle->typestate != slot->needs) {
    return false;
  }
  if (ends(slot, handle) && (handle->keepers != 0 || is_needed(slot, handle) ||
                             !ffh_handles_dependants_may_end(variable))) {
    return false;
  }
  uint16_t child = variable_of(frame, slot->parent_of);
  if (child != FFH_NO_VARIABLE && ffh_handles_at(child)->parent != variable) {
    return false;
  }
  uint16_t parent = variable_of(frame, slot->belongs_to);
  return parent == FFH_NO_VARIABLE || ffh_handles_children_belong(variable, parent);
}

/* An allocator may give the address of a dead handle to a new one: no library can refuse that. */
static bool lives_again(const void *pointer) {
  for (uint16_t i = 0; i < ffh_handles_count(); i++) {
    const ffh_handle *handle = ffh_handles_at(i);
    if (handle->state == FFH_HANDLE_LIVE && handle->pointer == pointer) {
      return true;
    }
  }
  return false;
}

static bool is_given(const ffh_frame *frame, uint16_t variable) {
  for (ffh_slots left = ffh_frame_shape(frame)->uses; left != 0;) {
    if (frame->values[ffh_slots_next(&left)].variable == variable) {
      return true;
    }
  }
  return false;
}

/* Its children are the one reason to refuse. */
static bool is_parent(const ffh_frame *frame, const ffh_slot *slot, uint16_t variable) {
  const ffh_handle *handle = ffh_handles_at(variable);
  if (handle->state != FFH_HANDLE_LIVE || handle->in_use != 0 || !thread_allowed(frame, handle) ||
      !ends(slot, handle) || (slot->needs != FFH_NONE && handle->typestate != slot->needs)) {
    return false;
  }
  uint16_t child = ffh_handles_child(variable);
  return child != FFH_NONE && !is_given(frame, child);
}

static bool value_allowed(const ffh_frame *frame, const ffh_slot *slot, const ffh_value *value) {
  if (value->variable == FFH_NO_VARIABLE) {
    return value->form == FFH_FORM_NULL || (slot->flags & FFH_SLOT_NULLABLE) != 0;
  }
  const ffh_handle *handle = ffh_handles_at(value->variable);
  if (handle->alone && value->form != FFH_FORM_NULL) {
    return false;
  }
  switch ((ffh_form)value->form) {
    case FFH_FORM_NULL:
      return true;
    case FFH_FORM_WRONG_STATE:
      return handle->state == FFH_HANDLE_LIVE && handle->in_use == 0 &&
             thread_allowed(frame, handle) && slot->needs != FFH_NONE &&
             handle->typestate != slot->needs;
    case FFH_FORM_HAS_CHILDREN:
      return is_parent(frame, slot, value->variable);
    case FFH_FORM_STALE:
      return handle->state == FFH_HANDLE_DEAD && !lives_again(handle->pointer);
    case FFH_FORM_WRONG_TYPE:
      return handle->state == FFH_HANDLE_LIVE && handle->in_use == 0;
    case FFH_FORM_WRONG_THREAD:
      return handle->state == FFH_HANDLE_LIVE && handle->owner != frame->lane;
    default:
      return well_formed_allowed(frame, slot, value->variable);
  }
}

/* No other argument may be the handle that this call ends. */
static bool aliases_ended(const ffh_frame *frame, uint16_t ended_slot) {
  uint16_t variable = frame->values[ended_slot].variable;
  for (ffh_slots left = ffh_frame_shape(frame)->uses; left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    if (i != ended_slot && frame->values[i].variable == variable) {
      return true;
    }
  }
  return false;
}

static bool predicate_holds(const ffh_frame *frame) {
  uint16_t when = frame->function->when_fn;
  if (when == FFH_NONE || ffh_frame_is_malformed(frame)) {
    return true;
  }
  const ffh_function *predicate = &frame->plan->target->functions[when];
  for (ffh_slots left = ffh_frame_shape(frame)->uses; left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    if (frame->function->slots[i].param < 0 || frame->values[i].variable == FFH_NO_VARIABLE) {
      continue;
    }
    ffh_word argument = {.p = ffh_handles_at(frame->values[i].variable)->pointer};
    ffh_word result = {.u = 0};
    predicate->call(&argument, &result);
    return result.u != 0;
  }
  return false;
}

bool ffh_admit(const ffh_frame *frame) {
  const ffh_function *function = frame->function;
  const uint16_t never =
      FFH_FN_LEGACY | FFH_FN_EXCLUDED | FFH_FN_INIT | FFH_FN_FINI | FFH_FN_SHADOW;
  if ((function->flags & never) != 0 || !ffh_handles_have_room()) {
    return false;
  }
  const ffh_shape *shape = ffh_frame_shape(frame);
  for (ffh_slots left = shape->messages; left != 0;) {
    const ffh_value *value = &frame->values[ffh_slots_next(&left)];
    if (value->variable != FFH_NO_VARIABLE) {
      const ffh_handle *message = ffh_handles_at(value->variable);
      if (message->state != FFH_HANDLE_LIVE || message->in_use != 0) {
        return false;
      }
    }
  }
  for (ffh_slots left = shape->uses; left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    const ffh_slot *slot = &function->slots[i];
    const ffh_value *value = &frame->values[i];
    if (!value_allowed(frame, slot, value)) {
      return false;
    }
    if (value->variable != FFH_NO_VARIABLE && value->form == FFH_FORM_VALUE &&
        ends(slot, ffh_handles_at(value->variable)) && aliases_ended(frame, i)) {
      return false;
    }
  }
  return predicate_holds(frame);
}

/* The child must not end before the library has looked whether there is one. */
static void pin(uint16_t variable, int change) {
  ffh_handle *handle = ffh_handles_at(variable);
  if (change > 0) {
    handle->pinned = ffh_handles_child(variable);
  }
  ffh_handle *child = ffh_handles_at(handle->pinned);
  child->in_use = (uint16_t)(child->in_use + change);
}

static void mark(const ffh_frame *frame, int change) {
  const ffh_shape *shape = ffh_frame_shape(frame);
  for (ffh_slots left = shape->uses | shape->messages; left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    const ffh_slot *slot = &frame->function->slots[i];
    const ffh_value *value = &frame->values[i];
    bool message = slot->kind == FFH_KIND_ERROR;
    bool refused = is_refused_alive(value);
    if (value->variable == FFH_NO_VARIABLE || (value->form != FFH_FORM_VALUE && !refused)) {
      continue;
    }
    ffh_handle *handle = ffh_handles_at(value->variable);
    handle->in_use = (uint16_t)(handle->in_use + change);
    if (refused) {
      bool fixed = value->form == FFH_FORM_WRONG_STATE || value->form == FFH_FORM_HAS_CHILDREN;
      handle->alone = fixed && change > 0;
      if (value->form == FFH_FORM_HAS_CHILDREN) {
        pin(value->variable, change);
      }
      continue;
    }
    if (change > 0 && !message && ends(slot, handle) && handle->state == FFH_HANDLE_LIVE) {
      handle->state = FFH_HANDLE_DYING;
    }
    if ((slot->flags & FFH_SLOT_RELEASES) != 0) {
      handle->releases = (uint16_t)(handle->releases + change);
    }
  }
}

void ffh_admit_enter(const ffh_frame *frame) {
  mark(frame, 1);
}

void ffh_admit_leave(const ffh_frame *frame) {
  mark(frame, -1);
}
