#include "boundary/frame.h"

#include <string.h>

#include "base/asan.h"
#include "base/assert.h"
#include "base/bytes.h"

const ffh_shape *ffh_frame_make_shape(const ffh_frame *frame) {
  static ffh_shape made;
  ffh_shape_make(frame->function, &made);
  return &made;
}

size_t ffh_frame_size(const ffh_frame *frame, uint16_t index) {
  const ffh_slot *slot = &frame->function->slots[index];
  if (frame->storage[index] == NULL) {
    return 0;
  }
  if (slot->kind == FFH_KIND_STRUCT) {
    return slot->size;
  }
  if (ffh_slot_is_buffer(slot->kind)) {
    size_t element = slot->kind == FFH_KIND_ARRAY     ? slot->size
                     : slot->kind == FFH_KIND_STRINGS ? sizeof(void *)
                                                      : 1;
    size_t terminator = slot->kind == FFH_KIND_TEXT || slot->kind == FFH_KIND_PATH ? 1 : 0;
    return (size_t)frame->count[index] * element + terminator;
  }
  return slot->size;
}

static inline uint64_t mix(uint64_t digest, uint64_t word) {
  return (((digest << 29) | (digest >> 35)) ^ word) * UINT64_C(0x9e3779b97f4a7c15);
}

/* Multiply and rotate, eight bytes at a time: it is taken of every const input before and after
 * each call. */
uint32_t ffh_frame_digest(const ffh_frame *frame, uint16_t index) {
  const uint8_t *at = frame->storage[index];
  size_t size = ffh_frame_size(frame, index);
  uint64_t digest = size;
  uint64_t word = 0;
  /* Two chains, because a multiplication takes its time. */
  uint64_t other = 0;
  for (; size >= 2 * sizeof word; size -= 2 * sizeof word, at += 2 * sizeof word) {
    memcpy(&word, at, sizeof word);
    digest = mix(digest, word);
    memcpy(&word, at + sizeof word, sizeof word);
    other = mix(other, word);
  }
  if (size >= sizeof word) {
    memcpy(&word, at, sizeof word);
    digest = mix(digest, word);
    at += sizeof word;
    size -= sizeof word;
  }
  word = 0;
  for (size_t i = 0; i < size; i++) {
    word = (word << 8) | at[i];
  }
  digest = mix(mix(digest, word), other);
  return (uint32_t)(digest >> 32);
}

void *ffh_frame_pointer(const ffh_frame *frame, uint16_t slot) {
  const ffh_slot *described = &frame->function->slots[slot];
  const uint8_t *at = frame->storage[slot];
  if (at == NULL && described->param == FFH_PARAM_FIELD) {
    at = ffh_frame_field(frame, described);
  }
  void *pointer = NULL;
  if (at != NULL) {
    memcpy(&pointer, at, sizeof pointer);
  }
  return pointer;
}

static bool is_untouched(const void *pointer) {
  void *pattern;
  memset(&pattern, FFH_UNTOUCHED_BYTE, sizeof pattern);
  return pointer == pattern;
}

void *ffh_frame_delivered(const ffh_frame *frame, uint16_t index) {
  const ffh_slot *slot = &frame->function->slots[index];
  if ((slot->flags & FFH_SLOT_PLACED) != 0) {
    return frame->storage[index];
  }
  void *pointer =
      slot->param == FFH_PARAM_RESULT ? frame->result.p : ffh_frame_pointer(frame, index);
  return is_untouched(pointer) ? NULL : pointer;
}

bool ffh_frame_length(const ffh_frame *frame, uint16_t index, size_t *length) {
  for (uint16_t i = 0; i < frame->function->n_slots; i++) {
    const ffh_slot *slot = &frame->function->slots[i];
    if (slot->kind == FFH_KIND_WRITTEN && slot->partner == index) {
      const uint8_t *at = ffh_frame_at(frame, i);
      if (at != NULL) {
        *length = (size_t)ffh_frame_read(slot, at);
        return true;
      }
    }
  }
  return false;
}

bool ffh_frame_has_length(const ffh_frame *frame, uint16_t slot) {
  size_t length;
  return ffh_frame_length(frame, slot, &length);
}

const uint8_t *ffh_frame_memory(const ffh_frame *frame, uint16_t index, size_t *size) {
  const ffh_slot *slot = &frame->function->slots[index];
  if (slot->kind != FFH_KIND_OWNED && slot->kind != FFH_KIND_VIEW) {
    return NULL;
  }
  const uint8_t *memory = ffh_frame_delivered(frame, index);
  if (memory == NULL || frame->outcome != FFH_OUTCOME_OK) {
    return NULL;
  }
  if (slot->kind == FFH_KIND_VIEW && (frame->ended || slot->handle_type != FFH_NONE)) {
    return NULL; /* or a borrowed handle */
  }
  size_t element = slot->lo > 1 ? (size_t)slot->lo : 1;
  size_t length;
  bool reported = ffh_frame_length(frame, index, &length);
  if (reported || element > 1) {
    length = (reported ? length : 1) * element;
    if (length != 0 && __asan_loadN != NULL) {
      __asan_loadN(memory, length);
    }
  } else {
    /* strlen is the sanitizer's own, which checks what it reads. */
    length = strlen((const char *)memory);
  }
  *size = length;
  return memory;
}
