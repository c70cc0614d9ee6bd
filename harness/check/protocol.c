#include "check/protocol.h"

#include <string.h>

#include "base/form.h"
#include "base/utf8.h"

static ffh_out begin(ffh_verdict *verdict, ffh_rule rule, uint16_t slot) {
  verdict->rule = rule;
  verdict->slot = slot;
  verdict->n_evidence = 0;
  return (ffh_out){verdict->message, 0, sizeof verdict->message, false};
}

static bool status_is_listed(const ffh_function *function, int64_t status) {
  if (function->n_failures == 0 || status == function->success) {
    return true;
  }
  for (uint16_t i = 0; i < function->n_failures; i++) {
    if (function->failures[i] == status) {
      return true;
    }
  }
  return false;
}

static void check_status(const ffh_frame *frame, ffh_verdict *verdict) {
  if (frame->function->error_kind == FFH_ERROR_BY_STATUS &&
      !status_is_listed(frame->function, frame->status)) {
    ffh_out out = begin(verdict, FFH_STATUS_UNKNOWN, frame->function->result_slot);
    ffh_out_str(&out, "returned status ");
    ffh_out_signed(&out, frame->status);
    ffh_out_str(&out, ", which FFH_STATUS does not list");
  }
}

static uint16_t malformed_slot(const ffh_frame *frame) {
  for (uint16_t i = 0; i < frame->function->n_slots; i++) {
    if (frame->values[i].form != FFH_FORM_VALUE) {
      return i;
    }
  }
  return FFH_NONE;
}

/* A function without an error convention has no way to say no: that it survives is all there is to
 * see. */
static void check_rejection(const ffh_frame *frame, ffh_verdict *verdict) {
  const ffh_function *function = frame->function;
  if (!ffh_frame_is_malformed(frame) || function->error_kind == FFH_ERROR_NONE) {
    return;
  }
  uint8_t form = frame->call->malformed;
  const ffh_rejection *promise = NULL;
  for (uint16_t i = 0; i < function->n_rejections; i++) {
    if (function->rejections[i].form == form) {
      promise = &function->rejections[i];
    }
  }
  bool wrong_status = promise != NULL && promise->has_status &&
                      frame->outcome == FFH_OUTCOME_FAILED && frame->status != promise->status;
  if (frame->outcome == FFH_OUTCOME_FAILED && !wrong_status) {
    return;
  }
  ffh_out out = begin(verdict, FFH_NOT_REJECTED, malformed_slot(frame));
  ffh_out_str(&out, "was sent ");
  ffh_out_str(&out, ffh_form_name(form));
  ffh_out_str(&out, wrong_status ? " and refused it with status " : " and accepted it");
  if (wrong_status) {
    ffh_out_signed(&out, frame->status);
    ffh_out_str(&out, "; the contract promises ");
    ffh_out_signed(&out, promise->status);
  }
}

/* The status (NULL, errno) decides: who goes by it never frees a message that a success leaves. */
static void check_message(const ffh_frame *frame, ffh_verdict *verdict) {
  if (frame->message == NULL || frame->outcome != FFH_OUTCOME_OK ||
      frame->function->error_kind == FFH_ERROR_BY_OUT) {
    return;
  }
  ffh_slots messages = ffh_frame_shape(frame)->messages;
  ffh_out out = begin(verdict, FFH_MESSAGE_ON_SUCCESS,
                      messages == 0 ? (uint16_t)FFH_NONE : ffh_slots_next(&messages));
  ffh_out_str(&out, "succeeded and set an error message, which nobody will free");
}

static bool holds_only(const uint8_t *at, size_t size, uint8_t byte) {
  for (size_t i = 0; i < size; i++) {
    if (at[i] != byte) {
      return false;
    }
  }
  return true;
}

/* Outputs of a failed call, where the contract says what they hold. A struct's padding is not
 * looked at separately: untouched means untouched. */
static void check_outputs_on_error(const ffh_frame *frame, uint16_t index, ffh_verdict *verdict) {
  const ffh_slot *slot = &frame->function->slots[index];
  if (frame->outcome != FFH_OUTCOME_FAILED || slot->direction != FFH_DIR_OUT ||
      frame->storage[index] == NULL || slot->kind == FFH_KIND_ERROR || slot->parent != FFH_NONE) {
    return;
  }
  bool untouched = (slot->flags & FFH_SLOT_ON_SUCCESS) != 0 ||
                   frame->function->on_error == FFH_ON_ERROR_UNTOUCHED;
  bool zeroed = !untouched && frame->function->on_error == FFH_ON_ERROR_ZEROED;
  size_t size = ffh_frame_size(frame, index);
  if (!untouched && !zeroed) {
    return;
  }
  if (slot->kind == FFH_KIND_STRUCT && untouched) {
    /* Fields that the harness fills in (sizes, versions) are not the callee's. */
    uint8_t expected[1024];
    if (size > sizeof expected) {
      return;
    }
    memset(expected, FFH_UNTOUCHED_BYTE, size);
    for (uint16_t i = 0; i < frame->function->n_slots; i++) {
      const ffh_slot *field = &frame->function->slots[i];
      if (field->parent == index && field->kind == FFH_KIND_CONST) {
        bool other = frame->values[i].form == FFH_FORM_BAD_VERSION;
        memcpy(expected + field->offset,
               other ? (const void *)&frame->values[i].number : &field->lo, field->size);
      }
    }
    if (memcmp(expected, frame->storage[index], size) == 0) {
      return;
    }
  } else if (holds_only(frame->storage[index], size, untouched ? FFH_UNTOUCHED_BYTE : 0)) {
    return;
  }
  ffh_out out = begin(verdict, FFH_OUTPUT_ON_ERROR, index);
  ffh_out_str(&out, "failed and left its output ");
  ffh_out_str(&out, untouched ? "written, although it must stay untouched"
                              : "set, although it must be zeroed");
}

static void check_const(const ffh_frame *frame, uint16_t index, ffh_verdict *verdict) {
  const ffh_slot *slot = &frame->function->slots[index];
  if ((slot->flags & FFH_SLOT_CONST) != 0 && slot->direction == FFH_DIR_IN &&
      frame->storage[index] != NULL && ffh_frame_digest(frame, index) != frame->digest[index]) {
    ffh_out out = begin(verdict, FFH_CONST_WRITE, index);
    ffh_out_str(&out, "changed an input that it takes as const");
  }
}

static bool number_allowed(const ffh_slot *slot, int64_t number) {
  if (slot->kind == FFH_KIND_BOOL) {
    return number == 0 || number == 1;
  }
  if (slot->kind == FFH_KIND_ENUM) {
    for (uint16_t i = 0; i < slot->n_enumerators; i++) {
      if (slot->enumerators[i] == number) {
        return true;
      }
    }
    return false;
  }
  if (slot->kind == FFH_KIND_FLAGS) {
    uint64_t all = 0;
    for (uint16_t i = 0; i < slot->n_enumerators; i++) {
      all |= (uint64_t)slot->enumerators[i];
    }
    return ((uint64_t)number & ~all) == 0;
  }
  return slot->kind != FFH_KIND_INT || (number >= slot->lo && number <= slot->hi);
}

static bool check_number(const ffh_frame *frame, uint16_t index, const uint8_t *at,
                         ffh_verdict *verdict) {
  int64_t number = ffh_frame_read(&frame->function->slots[index], at);
  if (number_allowed(&frame->function->slots[index], number)) {
    return true;
  }
  ffh_out out = begin(verdict, FFH_VALUE_RANGE, index);
  ffh_out_str(&out, "delivered ");
  ffh_out_signed(&out, number);
  ffh_out_str(&out, ", which is outside what the contract allows");
  return false;
}

/* The array that the field is one of an element of, and where in the element it lies. */
static uint16_t array_of(const ffh_function *function, uint16_t index, uint32_t *offset) {
  *offset = 0;
  while (index != FFH_NONE && function->slots[index].kind != FFH_KIND_ARRAY) {
    *offset += function->slots[index].offset;
    index = function->slots[index].parent;
  }
  return index;
}

/* How many elements of the buffer the callee says it wrote; all that fit where it does not say. */
static uint64_t written_of(const ffh_frame *frame, uint16_t buffer) {
  uint64_t count = frame->count[buffer];
  for (uint16_t i = 0; i < frame->function->n_slots; i++) {
    const ffh_slot *slot = &frame->function->slots[i];
    const uint8_t *at =
        slot->param == FFH_PARAM_RESULT ? (const uint8_t *)&frame->result : ffh_frame_at(frame, i);
    bool counts = slot->kind == FFH_KIND_WRITTEN ||
                  (slot->kind == FFH_KIND_CAPACITY && slot->direction == FFH_DIR_INOUT);
    if (counts && slot->partner == buffer && at != NULL) {
      uint64_t written = (uint64_t)ffh_frame_read(slot, at);
      count = written < count ? written : count;
    }
  }
  return count;
}

/* An element that still holds what the harness put there was not written, and need not be. */
static void check_elements(const ffh_frame *frame, uint16_t index, uint16_t array, uint32_t offset,
                           ffh_verdict *verdict) {
  const ffh_slot *slot = &frame->function->slots[index];
  const uint8_t *at = frame->storage[array];
  uint64_t count = at == NULL ? 0 : written_of(frame, array);
  for (uint64_t i = 0; i < count; i++, at += frame->function->slots[array].size) {
    if (!holds_only(at + offset, slot->size, FFH_UNTOUCHED_BYTE) &&
        !check_number(frame, index, at + offset, verdict)) {
      return;
    }
  }
}

static void check_range(const ffh_frame *frame, uint16_t index, ffh_verdict *verdict) {
  const ffh_slot *slot = &frame->function->slots[index];
  bool result = slot->param == FFH_PARAM_RESULT;
  if (frame->outcome != FFH_OUTCOME_OK || slot->kind > FFH_KIND_FLAGS ||
      (!result && slot->direction == FFH_DIR_IN) || ffh_frame_is_malformed(frame)) {
    return;
  }
  uint32_t offset;
  uint16_t array = array_of(frame->function, index, &offset);
  if (array != FFH_NONE) {
    check_elements(frame, index, array, offset, verdict);
    return;
  }
  const uint8_t *at = result ? (const uint8_t *)&frame->result : ffh_frame_at(frame, index);
  if (at == NULL) {
    return;
  }
  check_number(frame, index, at, verdict);
}

static void check_memory(const ffh_frame *frame, uint16_t index, ffh_verdict *verdict) {
  const ffh_slot *slot = &frame->function->slots[index];
  size_t size;
  const uint8_t *memory = ffh_frame_memory(frame, index, &size);
  if (memory != NULL && (slot->flags & FFH_SLOT_UTF8) != 0 && !ffh_utf8_is_valid(memory, size)) {
    ffh_out out = begin(verdict, FFH_VALUE_RANGE, index);
    ffh_out_str(&out, "delivered text that is not UTF-8");
  }
}

static void check_written(const ffh_frame *frame, uint16_t index, ffh_verdict *verdict) {
  const ffh_slot *slot = &frame->function->slots[index];
  bool counts = slot->kind == FFH_KIND_WRITTEN ||
                (slot->kind == FFH_KIND_CAPACITY && slot->direction == FFH_DIR_INOUT);
  if (!counts || slot->partner == FFH_NONE || frame->outcome != FFH_OUTCOME_OK) {
    return;
  }
  const ffh_slot *buffer = &frame->function->slots[slot->partner];
  bool counted = buffer->kind == FFH_KIND_BYTES || buffer->kind == FFH_KIND_ARRAY;
  const uint8_t *at = ffh_frame_at(frame, index);
  if (!counted || buffer->direction == FFH_DIR_IN || frame->storage[slot->partner] == NULL ||
      at == NULL) {
    return;
  }
  uint64_t written = (uint64_t)ffh_frame_read(slot, at);
  if (written > frame->count[slot->partner]) {
    ffh_out out = begin(verdict, FFH_VALUE_RANGE, index);
    ffh_out_str(&out, "says it wrote ");
    ffh_out_unsigned(&out, written);
    ffh_out_str(&out, " elements into a buffer of ");
    ffh_out_unsigned(&out, frame->count[slot->partner]);
  }
}

/* A slot's kind leaves one of these to check. */
static void check_output(const ffh_frame *frame, uint16_t index, ffh_verdict *verdict) {
  if (frame->outcome == FFH_OUTCOME_FAILED) {
    check_outputs_on_error(frame, index, verdict);
    return;
  }
  switch ((ffh_kind)frame->function->slots[index].kind) {
    case FFH_KIND_CAPACITY:
    case FFH_KIND_WRITTEN:
      check_written(frame, index, verdict);
      break;
    case FFH_KIND_OWNED:
    case FFH_KIND_VIEW:
      check_memory(frame, index, verdict);
      break;
    default:
      check_range(frame, index, verdict);
      break;
  }
}

void ffh_protocol_check(const ffh_frame *frame, ffh_verdict *verdict) {
  verdict->rule = FFH_RULE_NONE;
  check_status(frame, verdict);
  if (verdict->rule == FFH_RULE_NONE) {
    check_rejection(frame, verdict);
  }
  if (verdict->rule == FFH_RULE_NONE) {
    check_message(frame, verdict);
  }
  const ffh_shape *shape = ffh_frame_shape(frame);
  bool failed = frame->outcome == FFH_OUTCOME_FAILED;
  ffh_slots outputs = failed ? shape->on_failure : shape->on_ok;
  ffh_slots left = shape->consts | outputs;
  while (left != 0 && verdict->rule == FFH_RULE_NONE) {
    uint16_t i = ffh_slots_next(&left);
    check_const(frame, i, verdict);
    if (verdict->rule == FFH_RULE_NONE && (outputs >> i & 1) != 0) {
      check_output(frame, i, verdict);
    }
  }
}
