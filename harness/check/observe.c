#include "check/observe.h"

#include <string.h>

#include "base/id.h"

uint16_t ffh_observe_slot(const ffh_function *observer) {
  for (uint16_t i = 0; i < observer->n_slots; i++) {
    const ffh_slot *slot = &observer->slots[i];
    if (slot->kind == FFH_KIND_HANDLE && slot->param >= 0 && slot->direction == FFH_DIR_IN) {
      return i;
    }
  }
  return FFH_NONE;
}

/* ---- reading ---- */

static bool is_number(uint8_t kind) {
  return kind <= FFH_KIND_FLOAT || kind == FFH_KIND_STATUS;
}

static void read_memory(const ffh_frame *asked, uint16_t slot, ffh_seen_value *value) {
  size_t size = 0;
  const uint8_t *memory = ffh_frame_memory(asked, slot, &size);
  value->present = memory != NULL;
  if (memory == NULL) {
    return;
  }
  value->size = (uint32_t)size;
  value->digest = ffh_id_bytes(FFH_ID_BASIS, memory, size);
  ffh_bytes_copy(value->text, memory, size < FFH_SEEN_TEXT ? size : FFH_SEEN_TEXT);
}

static const uint8_t *where(const ffh_frame *asked, uint16_t index) {
  return asked->function->slots[index].param == FFH_PARAM_RESULT ? (const uint8_t *)&asked->result
                                                                 : ffh_frame_at(asked, index);
}

/* Of a failure only how it failed is looked at: its outputs say nothing of the handle. */
static bool says(const ffh_frame *asked, uint16_t index) {
  const ffh_slot *slot = &asked->function->slots[index];
  return slot->direction != FFH_DIR_IN &&
         (asked->outcome == FFH_OUTCOME_OK || slot->kind == FFH_KIND_STATUS);
}

void ffh_observe_read(const ffh_frame *asked, ffh_seen *seen) {
  *seen = (ffh_seen){.by = asked->function,
                     .variable = asked->values[ffh_observe_slot(asked->function)].variable,
                     .outcome = asked->outcome};
  for (uint16_t i = 0; i < asked->function->n_slots && seen->n < FFH_SEEN_VALUES; i++) {
    const ffh_slot *slot = &asked->function->slots[i];
    const uint8_t *at = is_number(slot->kind) ? where(asked, i) : NULL;
    ffh_seen_value value = {.slot = i};
    if (!says(asked, i)) {
      continue;
    }
    if (at != NULL) {
      value.bits = (uint64_t)ffh_frame_read(slot, at);
    } else if (slot->kind == FFH_KIND_VIEW && slot->lo == 1) {
      read_memory(asked, i, &value);
    } else {
      continue;
    }
    seen->values[seen->n++] = value;
  }
}

/* ---- telling ---- */

static ffh_out begin(ffh_verdict *verdict) {
  *verdict = (ffh_verdict){.rule = FFH_SIDE_EFFECT, .slot = FFH_NONE};
  return (ffh_out){verdict->message, 0, sizeof verdict->message, false};
}

static void tell_float(ffh_out *out, const ffh_slot *slot, uint64_t bits) {
  if (slot->size == sizeof(float)) {
    float narrow;
    memcpy(&narrow, &bits, sizeof narrow);
    double wide = (double)narrow;
    memcpy(&bits, &wide, sizeof bits);
  }
  ffh_out_double(out, bits);
}

static void tell_value(ffh_out *out, const ffh_slot *slot, const ffh_seen_value *value) {
  if (slot->kind == FFH_KIND_VIEW && !value->present) {
    ffh_out_str(out, "NULL");
  } else if (slot->kind == FFH_KIND_VIEW) {
    size_t size = value->size < FFH_SEEN_TEXT ? value->size : FFH_SEEN_TEXT;
    ffh_out_json(out, value->text, size);
    ffh_out_str(out, size < value->size ? "..." : "");
  } else if (slot->kind == FFH_KIND_FLOAT) {
    tell_float(out, slot, value->bits);
  } else if ((slot->flags & FFH_SLOT_SIGNED) != 0) {
    ffh_out_signed(out, (int64_t)value->bits);
  } else {
    ffh_out_unsigned(out, value->bits);
  }
}

static void tell_observer(ffh_out *out, const ffh_seen *seen) {
  ffh_out_str(out, "was refused and changed h");
  ffh_out_unsigned(out, seen->variable);
  ffh_out_str(out, ": ");
  ffh_out_str(out, seen->by->name);
}

static bool is_same(const ffh_seen_value *a, const ffh_seen_value *b) {
  return a->present == b->present && a->size == b->size && a->digest == b->digest &&
         a->bits == b->bits;
}

static const char *outcome(const ffh_seen *seen) {
  return seen->outcome == FFH_OUTCOME_OK ? "succeeded" : "failed";
}

/* ---- the rule ---- */

void ffh_observe_check(const ffh_seen *before, const ffh_seen *after, ffh_verdict *verdict) {
  verdict->rule = FFH_RULE_NONE;
  if (before->outcome != after->outcome) {
    ffh_out out = begin(verdict);
    tell_observer(&out, before);
    ffh_out_char(&out, ' ');
    ffh_out_str(&out, outcome(before));
    ffh_out_str(&out, " before and ");
    ffh_out_str(&out, outcome(after));
    ffh_out_str(&out, " after");
    return;
  }
  for (uint16_t i = 0; i < before->n && i < after->n; i++) {
    const ffh_slot *slot = &before->by->slots[before->values[i].slot];
    if (is_same(&before->values[i], &after->values[i])) {
      continue;
    }
    ffh_out out = begin(verdict);
    tell_observer(&out, before);
    ffh_out_str(&out, " (");
    ffh_out_str(&out, slot->name);
    ffh_out_str(&out, ") said ");
    tell_value(&out, slot, &before->values[i]);
    ffh_out_str(&out, " before and ");
    tell_value(&out, slot, &after->values[i]);
    ffh_out_str(&out, " after");
    return;
  }
}

/* One without user data may also be an earlier call's, unless it may run during the call only. */
bool ffh_observe_is_own(const ffh_frame *frame, const ffh_edge *edge, const void *own,
                        const void *cookie) {
  const ffh_function *function = frame->function;
  if (edge->function != (uint16_t)(function - frame->plan->target->functions) ||
      edge->slot >= function->n_slots || function->slots[edge->slot].callback == NULL) {
    return false;
  }
  return cookie != NULL ? cookie == own
                        : function->slots[edge->slot].callback->until == FFH_UNTIL_RETURN;
}

void ffh_observe_called_back(const ffh_frame *frame, const ffh_seen_callback *callback,
                             ffh_verdict *verdict) {
  ffh_out out = begin(verdict);
  ffh_out_str(&out, "was refused and ran the callback ");
  ffh_out_str(&out, frame->function->slots[callback->edge->slot].name);
  verdict->slot = callback->edge->slot;
  ffh_evidence *evidence = &verdict->evidence[verdict->n_evidence++];
  ffh_out title = {evidence->title, 0, sizeof evidence->title, false};
  ffh_out_str(&title, "called back");
  evidence->n_frames = callback->n_frames;
  memcpy(evidence->frames, callback->frames, sizeof evidence->frames);
}
