#include "boundary/collect.h"

#include "base/assert.h"
#include "boundary/handles.h"

/* ---- outcome ---- */

static int64_t result_number(const ffh_frame *frame) {
  const ffh_slot *slot = &frame->function->slots[frame->function->result_slot];
  return ffh_frame_read(slot, &frame->result);
}

static const void *message_of(const ffh_frame *frame) {
  ffh_slots left = ffh_frame_shape(frame)->messages;
  if (left == 0) {
    return NULL;
  }
  uint16_t slot = ffh_slots_next(&left), given = frame->values[slot].variable;
  const void *before = given == FFH_NO_VARIABLE ? NULL : ffh_handles_at(given)->pointer;
  const void *after = ffh_frame_pointer(frame, slot);
  return after == before ? NULL : after;
}

static bool failed(const ffh_frame *frame) {
  const ffh_function *function = frame->function;
  switch ((ffh_error_kind)function->error_kind) {
    case FFH_ERROR_BY_STATUS:
      return result_number(frame) != function->success;
    case FFH_ERROR_BY_NULL:
      return frame->result.p == NULL;
    case FFH_ERROR_BY_OUT:
      return frame->message != NULL;
    case FFH_ERROR_BY_ERRNO: {
      const ffh_slot *slot = &function->slots[function->result_slot];
      bool pointer = slot->kind == FFH_KIND_HANDLE || slot->kind == FFH_KIND_OWNED ||
                     slot->kind == FFH_KIND_VIEW;
      return pointer ? frame->result.p == NULL : result_number(frame) < 0;
    }
    case FFH_ERROR_NONE:
      return false;
  }
  return false;
}

void ffh_collect_outcome(ffh_frame *frame) {
  frame->status = 0;
  uint16_t result = frame->function->result_slot;
  if (result != FFH_NONE && frame->function->slots[result].kind == FFH_KIND_STRUCT) {
    frame->storage[result] = frame->result.p; /* a struct by value: its fields lie there */
    frame->count[result] = 1;
  }
  frame->message = message_of(frame);
  if (frame->function->error_kind == FFH_ERROR_BY_STATUS) {
    frame->status = result_number(frame);
  }
  frame->outcome = failed(frame) ? FFH_OUTCOME_FAILED : FFH_OUTCOME_OK;
}

/* ---- handles ---- */

/* Bytes of what the length of delivered memory counts. */
static uint32_t element_of(const ffh_slot *slot) {
  return slot->lo > 1 ? (uint32_t)slot->lo : 1;
}

static uint16_t slot_variable(const ffh_frame *frame, uint16_t slot) {
  if (slot == FFH_NONE) {
    return FFH_NONE;
  }
  uint16_t variable = frame->values[slot].variable;
  return variable == FFH_NO_VARIABLE ? FFH_NONE : variable;
}

/* What the new handle needs alive: its parent, and what the handle it was made from keeps. */
static void bind_new_handle(const ffh_frame *frame, uint16_t variable, uint16_t typestate) {
  const ffh_function *function = frame->function;
  ffh_handle *handle = ffh_handles_at(variable);
  handle->typestate = typestate;
  handle->parent = slot_variable(frame, function->child_of);
  handle->dies_with = slot_variable(frame, function->dies_with);
  bool room = true;
  if (handle->parent != FFH_NONE) {
    room = ffh_handles_keep(variable, handle->parent);
  } else if (handle->dies_with != FFH_NONE) {
    handle->parent = handle->dies_with;
  }
  uint16_t from = slot_variable(frame, function->inherits);
  room = room && (from == FFH_NONE || ffh_handles_inherit(variable, from));
  FFH_ASSERT(room);
}

bool ffh_collect_freeing(const ffh_frame *frame, uint16_t index, void *memory,
                         const ffh_function *free_function, ffh_word *args) {
  if (free_function->n_params == 1) {
    args[0].p = memory;
    return true;
  }
  const ffh_slot *delivered = &frame->function->slots[index];
  size_t length = 0;
  (void)ffh_frame_length(frame, index, &length);
  unsigned known = 0;
  for (uint16_t i = 0; i < free_function->n_slots; i++) {
    const ffh_slot *slot = &free_function->slots[i];
    bool is_length = slot->kind == FFH_KIND_LENGTH && slot->partner != FFH_NONE;
    const ffh_slot *freed = is_length ? &free_function->slots[slot->partner] : slot;
    if (slot->param < 0 || (slot->flags & FFH_SLOT_INDIRECT) != 0 ||
        freed->kind != FFH_KIND_HANDLE || freed->handle_type != delivered->handle_type) {
      continue;
    }
    if (is_length) {
      args[slot->param].u = length * (freed->lo == 1 ? element_of(delivered) : 1);
    } else {
      args[slot->param].p = memory;
    }
    known++;
  }
  return known == free_function->n_params;
}

/* What no variable stands for (a message of a teardown call) is given back at once: a leak that is
 * then left is the library's. */
static void discard(const ffh_frame *frame, uint16_t index, void *pointer) {
  uint16_t type = frame->function->slots[index].handle_type;
  uint16_t destroy = frame->plan->target->handle_types[type].destroy_fn;
  if (pointer != NULL && destroy != FFH_NONE) {
    const ffh_function *function = &frame->plan->target->functions[destroy];
    ffh_word args[FFH_MAX_PARAMS];
    ffh_word result = {.u = 0};
    if (ffh_collect_freeing(frame, index, pointer, function, args)) {
      function->call(args, &result);
    }
  }
}

static void make_handle(const ffh_frame *frame, uint16_t index) {
  const ffh_slot *slot = &frame->function->slots[index];
  uint16_t variable = frame->values[index].variable;
  void *pointer = ffh_frame_delivered(frame, index);
  if (variable == FFH_NO_VARIABLE) {
    discard(frame, index, frame->outcome == FFH_OUTCOME_OK ? pointer : NULL);
    return;
  }
  if (frame->outcome != FFH_OUTCOME_OK || pointer == NULL) {
    ffh_handles_failed(variable);
    return;
  }
  ffh_handles_born(variable, pointer, slot->handle_type, frame->lane, frame->index);
  if (slot->kind == FFH_KIND_HANDLE) {
    bind_new_handle(frame, variable, slot->becomes);
    return;
  }
  size_t length;
  if (ffh_frame_length(frame, index, &length)) {
    ffh_handles_at(variable)->length = length;
    ffh_handles_at(variable)->element = element_of(slot);
  }
}

/* An error message is the caller's from then on. One that was handed in is replaced by the new one.
 */
static void make_message(const ffh_frame *frame, uint16_t index, void (*ended)(uint16_t variable)) {
  const ffh_slot *slot = &frame->function->slots[index];
  const ffh_value *value = &frame->values[index];
  void *message = ffh_frame_pointer(frame, index);
  if (value->variable != FFH_NO_VARIABLE && message != NULL) {
    ffh_handles_at(value->variable)->pointer = message;
  } else if (value->variable != FFH_NO_VARIABLE) {
    ffh_handles_died(value->variable, frame->index, ended); /* freed and cleared by the callee */
  }
  if (value->defines == FFH_NO_VARIABLE) {
    discard(frame, index, value->variable == FFH_NO_VARIABLE ? message : NULL);
    return;
  }
  if (value->variable != FFH_NO_VARIABLE || message == NULL) {
    ffh_handles_failed(value->defines);
  } else {
    ffh_handles_born(value->defines, message, slot->handle_type, frame->lane, frame->index);
  }
}

static void keep_handles(const ffh_frame *frame, uint16_t index) {
  const ffh_slot *slot = &frame->function->slots[index];
  uint16_t kept = slot_variable(frame, index);
  if (slot->until == FFH_UNTIL_CALL && kept != FFH_NONE) {
    bool room = ffh_handles_keep_until(kept, slot->until_fns, slot->n_until_fns);
    FFH_ASSERT(room);
    return;
  }
  if (slot->until != FFH_UNTIL_DESTROY) {
    return;
  }
  uint16_t keeper = slot_variable(frame, slot->until_slot);
  if (kept != FFH_NONE && keeper != FFH_NONE && ffh_handles_at(keeper)->state == FFH_HANDLE_LIVE &&
      ffh_handles_at(kept)->state == FFH_HANDLE_LIVE) {
    bool room = ffh_handles_keep(keeper, kept);
    FFH_ASSERT(room);
  }
}

static void end_handle(const ffh_frame *frame, uint16_t index, void (*ended)(uint16_t variable)) {
  const ffh_slot *slot = &frame->function->slots[index];
  const ffh_value *value = &frame->values[index];
  bool parent = value->form == FFH_FORM_HAS_CHILDREN && frame->outcome == FFH_OUTCOME_OK;
  if (value->variable == FFH_NO_VARIABLE || (value->form != FFH_FORM_VALUE && !parent)) {
    return;
  }
  ffh_handle *handle = ffh_handles_at(value->variable);
  if (handle->state != FFH_HANDLE_LIVE && handle->state != FFH_HANDLE_DYING) {
    return;
  }
  bool ok = frame->outcome == FFH_OUTCOME_OK;
  bool refused = ffh_frame_is_malformed(frame) && !ok;
  bool dies = !refused && ((slot->flags & FFH_SLOT_CONSUMES) != 0 ||
                           ((slot->flags & FFH_SLOT_CONSUMES_ON_SUCCESS) != 0 && ok));
  if (ok && (slot->flags & FFH_SLOT_RETAINS) != 0) {
    handle->references++;
  }
  if (!refused && (slot->flags & FFH_SLOT_RELEASES) != 0) {
    handle->references--;
    dies = dies || handle->references == 0;
  }
  if (dies) {
    ffh_handles_died(value->variable, frame->index, ended);
    return;
  }
  /* Otherwise the releases that still run give back all that is left. */
  if (handle->references > handle->releases) {
    handle->state = FFH_HANDLE_LIVE;
  }
  if (ok && slot->becomes != FFH_NONE) {
    handle->typestate = slot->becomes;
  }
  if (ok && (slot->flags & FFH_SLOT_HANDOVER) != 0) {
    handle->owner = frame->lane;
  }
}

void ffh_collect_handles(const ffh_frame *frame, void (*ended)(uint16_t variable)) {
  const ffh_function *function = frame->function;
  ffh_handles_called((uint16_t)(function - frame->plan->target->functions));
  const ffh_shape *shape = ffh_frame_shape(frame);
  for (ffh_slots left = shape->makes | shape->messages; left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    if (function->slots[i].kind == FFH_KIND_ERROR) {
      make_message(frame, i, ended);
    } else {
      make_handle(frame, i);
    }
  }
  for (ffh_slots left = shape->handles & ~shape->makes; left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    if (frame->outcome == FFH_OUTCOME_OK) {
      keep_handles(frame, i);
    }
    end_handle(frame, i, ended);
  }
}

void ffh_collect_skipped(const ffh_frame *frame) {
  const ffh_shape *shape = ffh_frame_shape(frame);
  for (ffh_slots left = shape->makes | shape->messages; left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    bool message = frame->function->slots[i].kind == FFH_KIND_ERROR;
    uint16_t variable = message ? frame->values[i].defines : frame->values[i].variable;
    if (variable != FFH_NO_VARIABLE) {
      ffh_handles_failed(variable);
    }
  }
}
