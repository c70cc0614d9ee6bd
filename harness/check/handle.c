#include "check/handle.h"

#include "boundary/handles.h"

/* Objects without a size may all have the same address: below the first page. */
enum { FIRST_PAGE = 4096 };

static ffh_out begin(ffh_verdict *verdict, ffh_rule rule, uint16_t slot) {
  verdict->rule = rule;
  verdict->slot = slot;
  verdict->n_evidence = 0;
  return (ffh_out){verdict->message, 0, sizeof verdict->message, false};
}

static bool is_counted(const ffh_target *target, uint16_t type) {
  for (uint16_t f = 0; f < target->n_functions; f++) {
    const ffh_function *function = &target->functions[f];
    for (uint16_t i = 0; i < function->n_slots; i++) {
      const ffh_slot *slot = &function->slots[i];
      if (slot->kind == FFH_KIND_HANDLE && slot->handle_type == type &&
          (slot->flags & (FFH_SLOT_RETAINS | FFH_SLOT_RELEASES)) != 0) {
        return true;
      }
    }
  }
  return false;
}

static void add_evidence(ffh_verdict *verdict, const char *what, uint16_t call) {
  ffh_evidence *evidence = &verdict->evidence[verdict->n_evidence++];
  ffh_out out = {evidence->title, 0, sizeof evidence->title, false};
  evidence->n_frames = 0;
  ffh_out_str(&out, what);
  ffh_out_str(&out, " call ");
  ffh_out_unsigned(&out, call);
}

/* A handle that is created more than once would be destroyed more than once. Types with a count of
 * references may hand out what there is, and so may a function whose handles die with another. */
static void check_alias(const ffh_frame *frame, uint16_t index, ffh_verdict *verdict) {
  const ffh_slot *slot = &frame->function->slots[index];
  const void *pointer = ffh_frame_delivered(frame, index);
  if ((uintptr_t)pointer < FIRST_PAGE || frame->function->dies_with != FFH_NONE ||
      frame->plan->target->handle_types[slot->handle_type].destroy_fn == FFH_NONE) {
    return;
  }
  for (uint16_t i = 0; i < ffh_handles_count(); i++) {
    const ffh_handle *handle = ffh_handles_at(i);
    /* Not a dying one, whose memory the allocator may have given to this one already. */
    if (handle->state != FFH_HANDLE_LIVE || handle->pointer != pointer ||
        handle->type != slot->handle_type || handle->dies_with != FFH_NONE) {
      continue;
    }
    if (is_counted(frame->plan->target, slot->handle_type)) {
      return;
    }
    ffh_out out = begin(verdict, FFH_HANDLE_ALIAS, index);
    ffh_out_str(&out, "created the same handle as call ");
    ffh_out_unsigned(&out, handle->created_by);
    ffh_out_str(&out, ", h");
    ffh_out_unsigned(&out, i);
    ffh_out_str(&out, ", which is alive");
    add_evidence(verdict, "created first by", handle->created_by);
    add_evidence(verdict, "created again by", frame->index);
    return;
  }
}

static void check_on_error(const ffh_frame *frame, uint16_t index, ffh_verdict *verdict) {
  const ffh_function *function = frame->function;
  const ffh_slot *slot = &function->slots[index];
  if ((slot->flags & FFH_SLOT_PLACED) != 0) {
    return; /* the storage is the caller's, whatever it holds */
  }
  bool stated = (slot->flags & FFH_SLOT_ON_SUCCESS) != 0 ||
                function->on_error == FFH_ON_ERROR_UNTOUCHED ||
                function->on_error == FFH_ON_ERROR_ZEROED;
  if (stated && ffh_frame_delivered(frame, index) != NULL) {
    ffh_out out = begin(verdict, FFH_HANDLE_ON_ERROR, index);
    ffh_out_str(&out, "failed and delivered a handle, which nobody will destroy");
  }
}

void ffh_handle_check(const ffh_frame *frame, ffh_verdict *verdict) {
  verdict->rule = FFH_RULE_NONE;
  ffh_slots left = ffh_frame_shape(frame)->makes;
  while (left != 0 && verdict->rule == FFH_RULE_NONE) {
    uint16_t i = ffh_slots_next(&left);
    if (frame->function->slots[i].kind != FFH_KIND_HANDLE) {
      continue;
    }
    if (frame->outcome == FFH_OUTCOME_OK) {
      check_alias(frame, i, verdict);
    } else if (frame->outcome == FFH_OUTCOME_FAILED) {
      check_on_error(frame, i, verdict);
    }
  }
}
