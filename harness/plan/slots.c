#include <string.h>

#include "plan/build.h"

#define MIXED UINT32_C(2654435761)

static bool is_buffer(unsigned kind) {
  return kind == FFH_KIND_BYTES || kind == FFH_KIND_ARRAY || kind == FFH_KIND_STRINGS ||
         kind == FFH_KIND_TEXT || kind == FFH_KIND_PATH;
}

bool ffh_slot_is_planned(const ffh_slot *slot) {
  bool in = slot->direction != FFH_DIR_OUT && slot->param != FFH_PARAM_RESULT;
  switch ((ffh_kind)slot->kind) {
    case FFH_KIND_INT:
    case FFH_KIND_BOOL:
    case FFH_KIND_ENUM:
    case FFH_KIND_FLAGS:
    case FFH_KIND_FLOAT:
    case FFH_KIND_BYTES:
    case FFH_KIND_ARRAY:
    case FFH_KIND_STRINGS:
    case FFH_KIND_TEXT:
    case FFH_KIND_PATH:
    case FFH_KIND_CAPACITY:
      return in;
    case FFH_KIND_HANDLE:
    case FFH_KIND_OWNED:
      return slot->handle_type != FFH_NONE;
    case FFH_KIND_STRUCT:
      return slot->param != FFH_PARAM_RESULT;
    case FFH_KIND_ERROR:
      return true;
    case FFH_KIND_CALLBACK:
      return slot->callback != NULL;
    case FFH_KIND_VIEW:
    case FFH_KIND_LENGTH:
    case FFH_KIND_LENGTHS:
    case FFH_KIND_WRITTEN:
    case FFH_KIND_USERDATA:
    case FFH_KIND_CONST:
    case FFH_KIND_STATUS:
    case FFH_KIND_COUNT:
      return false;
  }
  return false;
}

ffh_class ffh_slot_class(const ffh_function *function, unsigned at) {
  const ffh_slot *slot = &function->slots[at];
  bool out = slot->direction == FFH_DIR_OUT || slot->param == FFH_PARAM_RESULT ||
             (slot->flags & FFH_SLOT_CREATES) != 0;
  for (uint16_t up = slot->parent; up != FFH_NONE; up = function->slots[up].parent) {
    const ffh_slot *parent = &function->slots[up];
    if (parent->kind == FFH_KIND_ARRAY || parent->param == FFH_PARAM_RESULT) {
      return FFH_CLASS_DERIVED; /* part of the array's bytes, or the library's to fill */
    }
    out |= parent->direction == FFH_DIR_OUT;
  }
  if (slot->kind == FFH_KIND_CONST) {
    return FFH_CLASS_FIXED;
  }
  if (slot->kind == FFH_KIND_HANDLE || slot->kind == FFH_KIND_OWNED) {
    return slot->handle_type == FFH_NONE         ? FFH_CLASS_DERIVED
           : out || slot->kind == FFH_KIND_OWNED ? FFH_CLASS_DEFINE
                                                 : FFH_CLASS_HANDLE;
  }
  if (slot->param == FFH_PARAM_RESULT || slot->kind == FFH_KIND_STATUS) {
    return FFH_CLASS_DERIVED;
  }
  if (slot->kind == FFH_KIND_ERROR || slot->kind == FFH_KIND_STRUCT) {
    return slot->kind == FFH_KIND_ERROR ? FFH_CLASS_ERROR : FFH_CLASS_STRUCT;
  }
  if (slot->kind == FFH_KIND_VIEW || slot->kind == FFH_KIND_WRITTEN || out) {
    return slot->param >= 0 ? FFH_CLASS_OUT : FFH_CLASS_DERIVED;
  }
  if (slot->kind <= FFH_KIND_FLOAT) {
    return FFH_CLASS_NUMBER;
  }
  if (is_buffer(slot->kind)) {
    return FFH_CLASS_BUFFER;
  }
  if (slot->kind == FFH_KIND_CAPACITY) {
    return FFH_CLASS_CAPACITY;
  }
  return slot->kind == FFH_KIND_CALLBACK && slot->callback != NULL ? FFH_CLASS_CALLBACK
                                                                   : FFH_CLASS_DERIVED;
}

uint8_t ffh_slot_tag(const ffh_function *function, unsigned at) {
  const ffh_slot *slot = &function->slots[at];
  uint32_t mixed = slot->id;
  for (uint16_t up = slot->parent; up != FFH_NONE; up = function->slots[up].parent) {
    mixed = mixed * MIXED + function->slots[up].id;
  }
  return (uint8_t)((mixed * MIXED) >> 24);
}

static uint64_t type_limit(const ffh_slot *slot) {
  unsigned bits = slot->size >= 8 || slot->size == 0 ? 64 : slot->size * 8;
  if ((slot->flags & FFH_SLOT_SIGNED) != 0) {
    bits--;
  }
  return bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

static uint64_t own_cap(const ffh_function *function, const ffh_slot *slot) {
  uint64_t cap = slot->hi > 0 ? (uint64_t)slot->hi : FFH_DEFAULT_CAP;
  uint64_t fits = FFH_MAX_PLAN_BYTES / 2 / ffh_slot_unit(slot);
  if (slot->partner != FFH_NONE) {
    const ffh_slot *partner = &function->slots[slot->partner];
    if (partner->hi > 0 && slot->hi <= 0 && partner->kind != FFH_KIND_BYTES) {
      cap = (uint64_t)partner->hi;
    }
    uint64_t limit = type_limit(slot->kind == FFH_KIND_CAPACITY ? slot : partner);
    cap = cap < limit ? cap : limit;
    if (slot->kind == FFH_KIND_CAPACITY) {
      fits = FFH_MAX_PLAN_BYTES / ffh_slot_unit(partner);
      cap = partner->hi > 0 && (uint64_t)partner->hi < cap ? (uint64_t)partner->hi : cap;
    }
  }
  if (slot->kind == FFH_KIND_STRINGS && cap > FFH_MAX_STRINGS) {
    cap = FFH_MAX_STRINGS;
  }
  return cap < fits ? cap : fits;
}

static bool shares_length(const ffh_function *function, const ffh_slot *slot,
                          const ffh_slot *other) {
  return other != slot && slot->partner != FFH_NONE && other->partner == slot->partner &&
         is_buffer(other->kind) && function->slots[slot->partner].kind == FFH_KIND_LENGTH;
}

uint64_t ffh_slot_cap(const ffh_function *function, unsigned at) {
  const ffh_slot *slot = &function->slots[at];
  uint64_t cap = own_cap(function, slot);
  if (is_buffer(slot->kind) && slot->partner != FFH_NONE) {
    for (unsigned i = 0; i < function->n_slots; i++) {
      if (shares_length(function, slot, &function->slots[i])) {
        uint64_t other = own_cap(function, &function->slots[i]);
        cap = cap < other ? cap : other;
      }
    }
  }
  return cap;
}

unsigned ffh_slot_leader(const ffh_function *function, unsigned at) {
  const ffh_slot *slot = &function->slots[at];
  if (slot->partner == FFH_NONE || function->slots[slot->partner].kind != FFH_KIND_LENGTH) {
    return at;
  }
  uint16_t leader = function->slots[slot->partner].partner;
  return leader != FFH_NONE && leader != at && ffh_slot_class(function, leader) == FFH_CLASS_BUFFER
             ? leader
             : at;
}

uint64_t ffh_slot_declared_limit(const ffh_function *function, const ffh_slot *slot) {
  uint64_t limit = (FFH_SPARSE_BYTES - 1) / ffh_slot_unit(slot);
  if (slot->kind == FFH_KIND_TEXT) {
    limit = FFH_ARG_ARENA / 4; /* its NUL must stand in real memory */
  }
  if (slot->partner != FFH_NONE) {
    uint64_t type = type_limit(&function->slots[slot->partner]);
    limit = limit < type ? limit : type;
  }
  return limit;
}

static bool has_own_length(const ffh_function *function, const ffh_slot *slot) {
  if (slot->partner == FFH_NONE || function->slots[slot->partner].kind != FFH_KIND_LENGTH) {
    return false;
  }
  for (unsigned i = 0; i < function->n_slots; i++) {
    if (shares_length(function, slot, &function->slots[i])) {
      return false; /* the other buffers would be shorter than the length says */
    }
  }
  return true;
}

static bool accepts_null(const ffh_slot *slot, ffh_class class) {
  if ((slot->flags & FFH_SLOT_NULLABLE) != 0 || slot->param == FFH_PARAM_RESULT) {
    return false;
  }
  switch (class) {
    case FFH_CLASS_HANDLE:
    case FFH_CLASS_BUFFER:
    case FFH_CLASS_CALLBACK:
      return true;
    case FFH_CLASS_STRUCT:
      return slot->param >= 0 && (slot->flags & FFH_SLOT_BY_VALUE) == 0;
    case FFH_CLASS_NUMBER:
    case FFH_CLASS_CAPACITY:
    case FFH_CLASS_OUT:
      return (slot->flags & FFH_SLOT_INDIRECT) != 0 && !is_buffer(slot->kind) &&
             slot->kind != FFH_KIND_VIEW;
    case FFH_CLASS_DERIVED:
    case FFH_CLASS_DEFINE:
    case FFH_CLASS_FIXED:
    case FFH_CLASS_ERROR: /* without it nobody could see the refusal */
      return false;
  }
  return false;
}

bool ffh_slot_accepts(const ffh_function *function, const ffh_slot *slot, ffh_form form) {
  if (form == FFH_FORM_VALUE) {
    return true;
  }
  if (form >= FFH_FORM_COUNT || (function->rejects & (1u << form)) == 0) {
    return false;
  }
  unsigned at = (unsigned)(slot - function->slots);
  ffh_class class = ffh_slot_class(function, at);
  uint64_t unused;
  switch (form) {
    case FFH_FORM_NULL:
      return accepts_null(slot, class);
    case FFH_FORM_STALE:
    case FFH_FORM_WRONG_TYPE:
    case FFH_FORM_WRONG_THREAD:
      return class == FFH_CLASS_HANDLE;
    case FFH_FORM_WRONG_STATE:
      return class == FFH_CLASS_HANDLE && slot->needs != FFH_NONE;
    case FFH_FORM_HAS_CHILDREN:
      return class == FFH_CLASS_HANDLE &&
             (slot->flags &
              (FFH_SLOT_CONSUMES | FFH_SLOT_CONSUMES_ON_SUCCESS | FFH_SLOT_RELEASES)) != 0;
    case FFH_FORM_BAD_ENUM:
      return class == FFH_CLASS_NUMBER &&
             (slot->kind == FFH_KIND_ENUM || slot->kind == FFH_KIND_FLAGS ||
              slot->kind == FFH_KIND_BOOL) &&
             ffh_slot_unfold(slot, 0, &unused);
    case FFH_FORM_BAD_VERSION:
      return class == FFH_CLASS_FIXED;
    case FFH_FORM_BAD_UTF8:
      return class == FFH_CLASS_BUFFER && (slot->flags & FFH_SLOT_UTF8) != 0 &&
             (slot->kind == FFH_KIND_TEXT ||
              (slot->kind == FFH_KIND_BYTES && has_own_length(function, slot)));
    case FFH_FORM_LENGTH_MISMATCH:
      return class == FFH_CLASS_BUFFER &&
             (slot->kind == FFH_KIND_BYTES || slot->kind == FFH_KIND_ARRAY) &&
             has_own_length(function, slot);
    case FFH_FORM_OVERSIZED:
      return class == FFH_CLASS_BUFFER &&
             (slot->kind == FFH_KIND_TEXT ||
              ((slot->kind == FFH_KIND_BYTES || slot->kind == FFH_KIND_ARRAY) &&
               has_own_length(function, slot))) &&
             ffh_slot_declared_limit(function, slot) > ffh_slot_cap(function, at);
    case FFH_FORM_VALUE:
    case FFH_FORM_COUNT:
      return false;
  }
  return false;
}

int ffh_role_lane(const ffh_target *target, unsigned role, unsigned lanes) {
  return role < target->n_roles && strcmp(target->roles[role], "main") == 0 ? 0
                                                                            : (int)(role % lanes);
}

int ffh_slot_lane(const ffh_target *target, const ffh_function *function, const ffh_slot *slot,
                  unsigned lanes, unsigned owner) {
  if (function->threading != FFH_THREADING_INHERIT &&
      function->threading != FFH_THREADING_CONFINED) {
    return -1; /* the function's own exception overrules its handles */
  }
  const ffh_handle_type *type = &target->handle_types[slot->handle_type];
  if (function->threading != FFH_THREADING_CONFINED && type->threading == FFH_THREADING_ROLE) {
    return ffh_role_lane(target, type->role, lanes);
  }
  bool confined =
      function->threading == FFH_THREADING_CONFINED || type->threading == FFH_THREADING_CONFINED;
  return confined && (slot->flags & FFH_SLOT_HANDOVER) == 0 ? (int)owner : -1;
}

int ffh_function_lane(const ffh_target *target, const ffh_function *function, unsigned lanes) {
  if (function->threading == FFH_THREADING_ROLE) {
    return ffh_role_lane(target, function->role, lanes);
  }
  int lane = -1;
  if (function->threading != FFH_THREADING_INHERIT) {
    return lane;
  }
  for (unsigned i = 0; i < function->n_slots; i++) {
    const ffh_slot *slot = &function->slots[i];
    if (ffh_slot_class(function, i) != FFH_CLASS_DEFINE ||
        target->handle_types[slot->handle_type].threading != FFH_THREADING_ROLE) {
      continue;
    }
    int needs = ffh_role_lane(target, target->handle_types[slot->handle_type].role, lanes);
    if (lane >= 0 && lane != needs) {
      return -2;
    }
    lane = needs;
  }
  return lane;
}
