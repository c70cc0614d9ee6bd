#include "boundary/partner.h"

#include <string.h>

#include "boundary/handles.h"

/* Calls without a handle: of functions that share what the process has. */
static struct {
  uint16_t writers;
  bool unordered;
} process;

void ffh_partner_reset(void) {
  process.writers = 0;
  process.unordered = false;
}

bool ffh_partner_has_shadow(const ffh_frame *frame) {
  return frame->function->shadow_fn != FFH_NONE && !ffh_frame_is_malformed(frame) &&
         (frame->function->flags & FFH_FN_FREES) == 0;
}

static ffh_handle *root_of(uint16_t variable) {
  ffh_handle *handle = ffh_handles_at(variable);
  while (handle->parent != FFH_NONE) {
    handle = ffh_handles_at(handle->parent);
  }
  return handle;
}

typedef struct given {
  ffh_handle *root;
  bool reads;
} given;

/* The handles that go in, by their roots. */
static unsigned list(const ffh_frame *frame, given *items) {
  unsigned n = 0;
  for (ffh_slots left = ffh_frame_shape(frame)->uses; left != 0;) {
    uint16_t slot = ffh_slots_next(&left);
    uint16_t variable = frame->values[slot].variable;
    if (variable != FFH_NO_VARIABLE) {
      items[n].root = root_of(variable);
      items[n++].reads = (frame->function->slots[slot].flags & FFH_SLOT_CONST) != 0;
    }
  }
  return n;
}

void ffh_partner_enter(const ffh_frame *frame) {
  given items[FFH_MAX_SLOTS];
  unsigned n = list(frame, items);
  for (unsigned i = 0; i < n; i++) {
    const given *item = &items[i];
    bool overlaps = item->root->writers != 0 || (!item->reads && item->root->readers != 0);
    item->root->unordered = item->root->unordered || overlaps;
  }
  for (unsigned i = 0; i < n; i++) {
    uint16_t *count = items[i].reads ? &items[i].root->readers : &items[i].root->writers;
    (*count)++;
  }
  if (n == 0) {
    process.unordered = process.unordered || process.writers != 0;
    process.writers++;
  }
}

void ffh_partner_leave(const ffh_frame *frame) {
  given items[FFH_MAX_SLOTS];
  unsigned n = list(frame, items);
  for (unsigned i = 0; i < n; i++) {
    uint16_t *count = items[i].reads ? &items[i].root->readers : &items[i].root->writers;
    (*count)--;
  }
  if (n == 0) {
    process.writers--;
  }
}

void ffh_partner_lose_order(const ffh_frame *frame) {
  given items[FFH_MAX_SLOTS];
  unsigned n = list(frame, items);
  for (unsigned i = 0; i < n; i++) {
    items[i].root->unordered = true;
  }
  process.unordered = process.unordered || n == 0;
}

bool ffh_partner_is_ordered(const ffh_frame *frame) {
  given items[FFH_MAX_SLOTS];
  unsigned n = list(frame, items);
  for (unsigned i = 0; i < n; i++) {
    if (items[i].root->unordered) {
      return false;
    }
  }
  return n != 0 || !process.unordered;
}

/* ---- arguments ---- */

static bool shadow_made(const ffh_frame *frame, const ffh_handle *handle) {
  const ffh_plan *plan = frame->plan;
  if (handle->created_by >= plan->n_calls) {
    return false;
  }
  return ffh_plan_function(plan, &plan->calls[handle->created_by])->shadow_fn != FFH_NONE;
}

static void put(ffh_frame *frame, uint16_t index, void *pointer) {
  const ffh_slot *slot = &frame->function->slots[index];
  uint8_t *at = frame->storage[index];
  if (at == NULL && slot->param == FFH_PARAM_FIELD) {
    at = ffh_frame_field(frame, slot);
  }
  if (at != NULL) {
    memcpy(at, &pointer, sizeof pointer);
  } else if (slot->param >= 0) {
    frame->args[slot->param].p = pointer;
  }
}

bool ffh_partner_arguments(ffh_frame *shadow) {
  const ffh_shape *shape = ffh_frame_shape(shadow);
  for (ffh_slots left = shape->uses; left != 0;) {
    uint16_t slot = ffh_slots_next(&left);
    uint16_t variable = shadow->values[slot].variable;
    if (variable == FFH_NO_VARIABLE) {
      continue;
    }
    const ffh_handle *handle = ffh_handles_at(variable);
    if (handle->partner != NULL) {
      put(shadow, slot, handle->partner);
    } else if (shadow_made(shadow, handle)) {
      return false;
    }
  }
  for (ffh_slots left = shape->messages; left != 0;) {
    put(shadow, ffh_slots_next(&left), NULL); /* the message that goes in is the call's alone */
  }
  return true;
}

void ffh_partner_born(const ffh_frame *frame, const ffh_frame *shadow) {
  bool unordered = !ffh_partner_is_ordered(frame);
  for (ffh_slots left = ffh_frame_shape(frame)->makes; left != 0;) {
    uint16_t slot = ffh_slots_next(&left);
    uint16_t variable = frame->values[slot].variable;
    if (frame->function->slots[slot].kind != FFH_KIND_HANDLE || variable == FFH_NO_VARIABLE ||
        ffh_handles_at(variable)->state != FFH_HANDLE_LIVE) {
      continue;
    }
    ffh_handle *handle = ffh_handles_at(variable);
    bool made = shadow != NULL && shadow->outcome == FFH_OUTCOME_OK;
    handle->partner = made ? ffh_frame_delivered(shadow, slot) : NULL;
    handle->unordered = unordered;
  }
}
