#include "check/confine_life.h"

#include <string.h>

#include "check/objects.h"

enum { CONSUMING = FFH_SLOT_CONSUMES | FFH_SLOT_CONSUMES_ON_SUCCESS };

ffh_deed ffh_life_deed(const ffh_inner_event *event) {
  ffh_deed deed = {event->thread, event->function, event->n_frames, {0}};
  memcpy(deed.frames, event->frames, sizeof deed.frames);
  return deed;
}

static ffh_role *role_of_type(ffh_confine *state, uint16_t type) {
  const ffh_handle_type *info = &state->target->handle_types[type];
  return info->threading == FFH_THREADING_ROLE ? &state->roles[info->role] : NULL;
}

void ffh_life_take_role(ffh_confine *state, ffh_role *role, const ffh_inner_event *event) {
  role->player = event->thread;
  role->since = ffh_life_deed(event);
  state->changed = true;
}

/* ---- objects ---- */

static void forget(ffh_confine *state, ffh_object *object, uint8_t now) {
  if (object->state > FFH_OBJECT_DYING) {
    return;
  }
  ffh_role *role = object->observed ? role_of_type(state, object->type) : NULL;
  if (role != NULL && role->objects > 0) {
    role->objects--;
    if (role->objects == 0 && !role->fixed) {
      role->player = (ffh_actor){0, FFH_NONE};
    }
  }
  ffh_object *parent = ffh_objects_generation(state, object->parent);
  if (parent != NULL && !object->dies_with && parent->children > 0) {
    parent->children--;
  }
  object->state = now;
  state->changed = true;
}

static void end_object(ffh_confine *state, ffh_object *object, const ffh_deed *deed) {
  object->ended = *deed;
  forget(state, object, object->observed ? FFH_OBJECT_DEAD : FFH_OBJECT_FORGOTTEN);
  for (uint32_t i = 0; i < state->n_objects; i++) {
    ffh_object *child = &state->objects[i];
    if (child->parent == object->generation && child->dies_with &&
        child->state == FFH_OBJECT_LIVE) {
      child->ended = *deed;
      forget(state, child, FFH_OBJECT_DEAD);
    }
  }
}

const void *ffh_life_pointer(const ffh_inner_event *event, uint16_t index) {
  const ffh_slot *slot = &event->function->slots[index];
  const void *at = event->args[index].cp;
  bool indirect = (slot->flags & FFH_SLOT_INDIRECT) != 0;
  return indirect && at != NULL ? *(void *const *)at : at;
}

static void set_parent(ffh_confine *state, const ffh_inner_event *event, ffh_object *object) {
  const ffh_function *function = event->function;
  bool dies_with = function->child_of == FFH_NONE;
  uint16_t index = dies_with ? function->dies_with : function->child_of;
  if (index == FFH_NONE || function->slots[index].param < 0) {
    return;
  }
  ffh_object *parent =
      ffh_objects_find(state, ffh_life_pointer(event, index), function->slots[index].handle_type);
  if (parent != NULL && parent->observed && parent->state == FFH_OBJECT_LIVE) {
    object->parent = parent->generation;
    object->dies_with = dies_with;
    parent->children += dies_with ? 0 : 1;
  }
}

static void begin_object(ffh_confine *state, const ffh_inner_event *event, uint16_t index,
                         const void *address) {
  uint16_t type = event->function->slots[index].handle_type;
  ffh_object *old = ffh_objects_find(state, address, type);
  if (old != NULL) {
    forget(state, old, FFH_OBJECT_FORGOTTEN); /* it ended unseen */
  }
  ffh_object *object = ffh_objects_add(state, address, type);
  state->changed = true;
  if (object == NULL) {
    return;
  }
  object->observed = true;
  object->owner = event->internal ? (ffh_actor){0, FFH_NONE} : event->thread;
  object->created = ffh_life_deed(event);
  set_parent(state, event, object);
  ffh_role *role = role_of_type(state, type);
  if (role != NULL) {
    role->objects++;
  }
}

/* Uses that another thread's call may collide with. */
bool ffh_life_counts_uses(const ffh_confine *state, uint16_t type) {
  uint8_t threading = state->target->handle_types[type].threading;
  return threading == FFH_THREADING_SERIAL || state->handed_over[type];
}

bool ffh_life_ends(const ffh_slot *slot, const ffh_object *object) {
  return (slot->flags & CONSUMING) != 0 ||
         ((slot->flags & FFH_SLOT_RELEASES) != 0 && object->observed && object->references <= 1);
}

/* ---- events ---- */

void ffh_life_enter(ffh_confine *state, const ffh_inner_event *event, const ffh_slot *slot,
                    const void *address) {
  ffh_object *object = ffh_objects_find(state, address, slot->handle_type);
  if (object == NULL && !event->internal && ffh_life_counts_uses(state, slot->handle_type)) {
    object = ffh_objects_add(state, address, slot->handle_type);
  }
  if (object == NULL) {
    return;
  }
  if (!event->internal && ffh_life_counts_uses(state, slot->handle_type) &&
      event->function->threading == FFH_THREADING_INHERIT) {
    object->uses++;
    object->last = ffh_life_deed(event);
  }
  if (ffh_life_ends(slot, object) && object->state == FFH_OBJECT_LIVE) {
    object->state = FFH_OBJECT_DYING;
    object->ended = ffh_life_deed(event);
    state->changed = true;
  } else if ((slot->flags & FFH_SLOT_RELEASES) != 0 && object->references > 1) {
    object->references--;
  }
}

static void leave_handle(ffh_confine *state, const ffh_inner_event *event, const ffh_slot *slot,
                         const void *address, bool success) {
  ffh_object *object = ffh_objects_find(state, address, slot->handle_type);
  if (object == NULL) {
    return;
  }
  if (!event->internal && object->uses > 0 && object->last.thread.id == event->thread.id &&
      event->function->threading == FFH_THREADING_INHERIT) {
    object->uses--;
  }
  bool same =
      object->ended.thread.id == event->thread.id && object->ended.function == event->function;
  if (object->state == FFH_OBJECT_DYING && same) {
    bool stays = (slot->flags & FFH_SLOT_CONSUMES_ON_SUCCESS) != 0 && !success;
    if (stays) {
      object->state = FFH_OBJECT_LIVE;
      state->changed = true;
    } else {
      ffh_deed deed = object->ended;
      end_object(state, object, &deed);
    }
  } else if (success && (slot->flags & FFH_SLOT_RETAINS) != 0) {
    object->references++;
  } else if (success && (slot->flags & FFH_SLOT_HANDOVER) != 0) {
    object->owner = event->thread;
    object->created = ffh_life_deed(event);
    state->changed = true;
  }
}

/* The object that the call was to end: the pointer to it may have been cleared since. */
static const void *dying_here(const ffh_confine *state, const ffh_inner_event *event,
                              uint16_t type) {
  for (uint32_t i = 0; i < state->n_objects; i++) {
    const ffh_object *object = &state->objects[i];
    if (object->type == type && object->state == FFH_OBJECT_DYING &&
        object->ended.function == event->function && object->ended.thread.id == event->thread.id) {
      return object->address;
    }
  }
  return NULL;
}

void ffh_life_leave(ffh_confine *state, const ffh_inner_event *event) {
  const ffh_function *function = event->function;
  bool back = event->kind == FFH_INNER_LEAVE;
  bool success = back && !ffh_inner_failed(event);
  for (uint16_t i = 0; i < function->n_slots; i++) {
    const ffh_slot *slot = &function->slots[i];
    if (slot->kind != FFH_KIND_HANDLE) {
      continue;
    }
    bool creates = (slot->flags & FFH_SLOT_CREATES) != 0;
    const void *address = slot->param == FFH_PARAM_RESULT ? (back ? event->result->cp : NULL)
                          : !creates && (slot->flags & FFH_SLOT_INDIRECT) != 0
                              ? dying_here(state, event, slot->handle_type)
                              : ffh_life_pointer(event, i);
    if (address == NULL) {
      continue;
    }
    if (creates && success) {
      begin_object(state, event, i, address);
    } else if (!creates) {
      leave_handle(state, event, slot, address, success);
    }
  }
  if (event->internal) {
    return;
  }
  if ((function->flags & FFH_FN_INIT) != 0 && state->starting > 0) {
    state->starting--;
  }
  if (success && (function->flags & FFH_FN_INIT) != 0) {
    state->inits++;
    state->changed = true;
  }
  if ((function->flags & FFH_FN_FINI) != 0 && state->inits > 0) {
    state->inits--;
    state->fini = ffh_life_deed(event);
    state->changed = true;
  }
}
