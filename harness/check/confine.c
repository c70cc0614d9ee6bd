#include "check/confine.h"

#include "check/confine_back.h"
#include "check/confine_life.h"
#include "check/confine_say.h"
#include "check/objects.h"

enum { CONSUMING = FFH_SLOT_CONSUMES | FFH_SLOT_CONSUMES_ON_SUCCESS };

static bool has_ended(const ffh_confine *state, ffh_actor thread) {
  uint32_t n = state->n_ended < FFH_CONFINE_ENDED ? state->n_ended : FFH_CONFINE_ENDED;
  for (uint32_t i = 0; i < n; i++) {
    if (state->ended[i] == thread.id) {
      return true;
    }
  }
  return false;
}

static const char *type_name(const ffh_confine *state, uint16_t type) {
  return state->target->handle_types[type].name;
}

/* ---- roles ---- */

/* Who comes first plays the role, unless the contract says who does. */
static bool may_play(ffh_confine *state, ffh_role *role, const ffh_inner_event *event) {
  if (role->player.id == 0 && !role->by_word) {
    ffh_life_take_role(state, role, event);
  }
  return role->player.id == 0 || role->player.id == event->thread.id;
}

static void say_role(ffh_confine *state, const ffh_role *role, const ffh_inner_event *event,
                     const char *what, ffh_verdict *verdict) {
  bool gone = has_ended(state, role->player);
  ffh_say_begin(state, event, gone ? FFH_OWNER_GONE : FFH_WRONG_THREAD, "done", verdict);
  ffh_say_add(verdict, what);
  ffh_say_add(verdict, " is confined to the role '");
  ffh_say_add(verdict, state->target->roles[role - state->roles]);
  ffh_say_add(verdict, "', which is played by ");
  ffh_say_thread(state, verdict, role->player);
  ffh_say_add(verdict, gone ? ", a thread that has ended" : "");
  ffh_say_deed(state, verdict, "role taken", &role->since);
}

/* ---- the rules ---- */

static const char *verb(const ffh_slot *slot) {
  return (slot->flags & CONSUMING) != 0 ? "destroyed an object of type "
                                        : "used an object of type ";
}

static void say_object(ffh_confine *state, const ffh_inner_event *event, ffh_rule rule,
                       const ffh_slot *slot, const ffh_object *object, const char *how,
                       ffh_verdict *verdict) {
  ffh_say_begin(state, event, rule, "done", verdict);
  ffh_say_add(verdict, verb(slot));
  ffh_say_add(verdict, type_name(state, object->type));
  ffh_say_add(verdict, how);
  ffh_say_deed(state, verdict, "created", &object->created);
}

static bool check_owner(ffh_confine *state, const ffh_inner_event *event, const ffh_slot *slot,
                        const ffh_object *object, ffh_verdict *verdict) {
  if (object->owner.id == 0 || object->owner.id == event->thread.id ||
      (slot->flags & FFH_SLOT_HANDOVER) != 0) {
    return true;
  }
  bool gone = has_ended(state, object->owner);
  say_object(state, event, gone ? FFH_OWNER_GONE : FFH_WRONG_THREAD, slot, object,
             gone ? " that is confined to a thread which has ended, "
                  : " that is confined to the thread which created it or took it over, ",
             verdict);
  ffh_say_thread(state, verdict, object->owner);
  return false;
}

static bool check_policy(ffh_confine *state, const ffh_inner_event *event, const ffh_slot *slot,
                         ffh_object *object, ffh_verdict *verdict) {
  const ffh_handle_type *type = &state->target->handle_types[slot->handle_type];
  uint8_t threading = event->function->threading;
  if (threading == FFH_THREADING_INHERIT) {
    threading = type->threading;
  }
  bool busy = object != NULL && object->uses > 0 && object->last.thread.id != event->thread.id;
  switch (threading) {
    case FFH_THREADING_SERIAL:
    case FFH_THREADING_CONFINED:
      if (threading == FFH_THREADING_CONFINED && object != NULL &&
          !check_owner(state, event, slot, object, verdict)) {
        return false;
      }
      if (busy) {
        say_object(state, event, FFH_CONCURRENT_USE, slot, object, " while inside it was ",
                   verdict);
        ffh_say_thread(state, verdict, object->last.thread);
        ffh_say_deed(state, verdict, "entered", &object->last);
      }
      return !busy;
    case FFH_THREADING_ROLE: {
      bool by_type = event->function->threading == FFH_THREADING_INHERIT;
      ffh_role *role = &state->roles[by_type ? type->role : event->function->role];
      if (!may_play(state, role, event)) {
        say_role(state, role, event, by_type ? type->name : event->function->name, verdict);
        if (object != NULL) {
          ffh_say_deed(state, verdict, "created", &object->created);
        }
        return false;
      }
      return true;
    }
    default:
      return true;
  }
}

/* An object that has ended, or is just ending. */
static bool check_life(ffh_confine *state, const ffh_inner_event *event, const ffh_slot *slot,
                       const ffh_object *object, ffh_verdict *verdict) {
  bool ends = (slot->flags & CONSUMING) != 0;
  if (object->state == FFH_OBJECT_LIVE ||
      (object->state == FFH_OBJECT_DYING && object->ended.thread.id == event->thread.id)) {
    return true;
  }
  bool dying = object->state == FFH_OBJECT_DYING;
  say_object(state, event, ends ? FFH_DOUBLE_DESTROY : FFH_STALE_HANDLE, slot, object,
             dying ? " while it is being destroyed on " : " that was already destroyed, on ",
             verdict);
  ffh_say_thread(state, verdict, object->ended.thread);
  ffh_say_deed(state, verdict, object->dies_with ? "ended with its parent" : "destroyed",
               &object->ended);
  return false;
}

static bool check_children(ffh_confine *state, const ffh_inner_event *event, const ffh_slot *slot,
                           const ffh_object *object, ffh_verdict *verdict) {
  if (object->children == 0) {
    return true;
  }
  for (uint32_t i = 0; i < state->n_objects; i++) {
    const ffh_object *child = &state->objects[i];
    if (child->parent == object->generation && !child->dies_with &&
        child->state == FFH_OBJECT_LIVE) {
      say_object(state, event, FFH_PARENT_GONE, slot, object, " before its child of type ",
                 verdict);
      ffh_say_add(verdict, type_name(state, child->type));
      ffh_say_deed(state, verdict, "child created", &child->created);
      return false;
    }
  }
  return true;
}

static bool check_type(ffh_confine *state, const ffh_inner_event *event, const ffh_slot *slot,
                       const void *address, ffh_verdict *verdict) {
  const ffh_object *other = ffh_objects_find_other(state, address, slot->handle_type);
  if (other == NULL || !other->observed || !state->creatable[slot->handle_type]) {
    return true;
  }
  say_object(state, event, FFH_WRONG_HANDLE, slot, other, ", where the contract has type ",
             verdict);
  ffh_say_add(verdict, type_name(state, slot->handle_type));
  return false;
}

static bool check_handle(ffh_confine *state, const ffh_inner_event *event, const ffh_slot *slot,
                         const void *address, ffh_verdict *verdict) {
  ffh_object *object = ffh_objects_find(state, address, slot->handle_type);
  if (object == NULL && !check_type(state, event, slot, address, verdict)) {
    return false;
  }
  if (object != NULL && !check_life(state, event, slot, object, verdict)) {
    return false;
  }
  if (!check_policy(state, event, slot, object, verdict)) {
    return false;
  }
  return object == NULL || !ffh_life_ends(slot, object) ||
         check_children(state, event, slot, object, verdict);
}

static bool check_init(ffh_confine *state, const ffh_inner_event *event, ffh_verdict *verdict) {
  if (!state->has_init || state->inits > 0 || state->starting > 0 ||
      (event->function->flags & FFH_FN_INIT) != 0) {
    return true;
  }
  ffh_say_begin(state, event, FFH_INIT_ORDER, "done", verdict);
  ffh_say_add(verdict, state->fini.function == NULL ? "called before the initialisation"
                                                    : "called after the end of the library");
  ffh_say_deed(state, verdict, "ended", &state->fini);
  return false;
}

/* A function that is confined itself, and has no handle that says so. */
static bool check_call(ffh_confine *state, const ffh_inner_event *event, ffh_verdict *verdict) {
  const ffh_function *function = event->function;
  if (function->plays != FFH_NONE) {
    return true;
  }
  if (function->threading == FFH_THREADING_ROLE) {
    ffh_role *role = &state->roles[function->role];
    if (!may_play(state, role, event)) {
      say_role(state, role, event, function->name, verdict);
      return false;
    }
  }
  return true;
}

/* ---- events ---- */

static bool is_input(const ffh_slot *slot) {
  return slot->kind == FFH_KIND_HANDLE && slot->param >= 0 && (slot->flags & FFH_SLOT_CREATES) == 0;
}

static bool enter(ffh_confine *state, const ffh_inner_event *event, ffh_verdict *verdict) {
  const ffh_function *function = event->function;
  if (!event->internal &&
      (!check_init(state, event, verdict) || !check_call(state, event, verdict))) {
    return false;
  }
  bool again = !event->internal;
  for (uint16_t i = 0; i < function->n_slots; i++) {
    const ffh_slot *slot = &function->slots[i];
    if (slot->kind != FFH_KIND_HANDLE) {
      continue;
    }
    bool input = is_input(slot);
    const void *address = input ? ffh_life_pointer(event, i) : NULL;
    bool allowed =
        event->internal || (address != NULL ? check_handle(state, event, slot, address, verdict)
                                            : check_policy(state, event, slot, NULL, verdict));
    if (!allowed) {
      return false;
    }
    if (address != NULL) {
      ffh_life_enter(state, event, slot, address);
      again &= !ffh_life_counts_uses(state, slot->handle_type);
    }
  }
  if (function->plays != FFH_NONE) {
    ffh_life_take_role(state, &state->roles[function->plays], event);
  }
  state->starting += !event->internal && (function->flags & FFH_FN_INIT) != 0;
  return again;
}

bool ffh_confine_see(ffh_confine *state, const ffh_inner_event *event, ffh_verdict *verdict) {
  verdict->rule = FFH_RULE_NONE;
  switch ((ffh_inner_kind)event->kind) {
    case FFH_INNER_ENTER:
      ffh_back_passed(state, event);
      return enter(state, event, verdict);
    case FFH_INNER_CALLED_BACK:
      ffh_back_check(state, event, verdict);
      return false;
    case FFH_INNER_THREAD_ENDED:
      state->ended[state->n_ended++ % FFH_CONFINE_ENDED] = event->thread.id;
      return false;
    default:
      ffh_back_returned(state, event);
      ffh_life_leave(state, event);
      return false;
  }
}

/* ---- start ---- */

void ffh_confine_start(ffh_confine *state, const ffh_target *target,
                       void (*print)(ffh_out *out, ffh_actor thread)) {
  state->target = target;
  state->print = print;
  for (uint16_t f = 0; f < target->n_functions; f++) {
    const ffh_function *function = &target->functions[f];
    if ((function->flags & FFH_FN_LEGACY) == 0) {
      continue;
    }
    state->has_init |= (function->flags & FFH_FN_INIT) != 0;
    if (function->plays != FFH_NONE) {
      state->roles[function->plays].by_word = true;
      state->roles[function->plays].fixed = true;
    }
    for (uint16_t s = 0; s < function->n_slots; s++) {
      const ffh_slot *slot = &function->slots[s];
      if (slot->kind == FFH_KIND_HANDLE) {
        state->handed_over[slot->handle_type] |= (slot->flags & FFH_SLOT_HANDOVER) != 0;
        state->creatable[slot->handle_type] |= (slot->flags & FFH_SLOT_CREATES) != 0;
      }
    }
  }
}

void ffh_confine_begin_input(ffh_confine *state) {
  ffh_objects_prune(state);
  for (uint32_t i = 0; i < state->n_objects; i++) {
    state->objects[i].observed = false;
    state->objects[i].owner = (ffh_actor){0, FFH_NONE};
    state->objects[i].uses = 0;
    state->objects[i].children = 0;
    state->objects[i].parent = 0;
  }
  state->n_passed = 0;
  state->is_full = false;
  for (uint16_t i = 0; i < state->target->n_roles; i++) {
    ffh_role *role = &state->roles[i];
    role->player = (ffh_actor){0, FFH_NONE};
    role->fixed = role->by_word;
    role->objects = 0;
  }
  state->changed = true;
}

void ffh_confine_cast(ffh_confine *state, uint8_t role, ffh_actor player) {
  state->roles[role].player = player;
  state->roles[role].fixed = true;
  state->roles[role].since = (ffh_deed){0};
  state->changed = true;
}
