/* One call across the boundary: what went in, what came out. The data that the boundary fills and
 * the checkers read. */
#ifndef FFH_BOUNDARY_FRAME_H
#define FFH_BOUNDARY_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "boundary/failing.h"
#include "plan/plan.h"
#include "plan/shape.h"

/* What output memory holds before a call, so that "untouched" can be told. */
#define FFH_UNTOUCHED_BYTE 0xa5

typedef enum ffh_outcome {
  FFH_OUTCOME_SKIPPED = 0, /* the contract did not allow the call at that moment */
  FFH_OUTCOME_OK,
  FFH_OUTCOME_FAILED, /* by the function's error convention */
  FFH_OUTCOME_DIED    /* the call has not come back */
} ffh_outcome;

typedef struct ffh_frame {
  const ffh_plan *plan;
  const ffh_call *call; /* NULL for a teardown call */
  const ffh_function *function;
  const ffh_shape *shape; /* of the function; NULL: made when it is needed */
  const ffh_value *values;
  uint16_t index; /* of the call in the plan; n_calls and up for teardown calls */
  uint8_t lane;
  ffh_outcome outcome;
  int64_t status;      /* of a function with a status */
  int error_number;    /* errno after it, of a function with FFH_ERRNO; it was 0 before */
  const void *message; /* the new error message that it delivered, or NULL */
  ffh_word result;
  ffh_word args[FFH_MAX_PARAMS];
  /* For each slot: the memory it points to (a buffer, a struct, one value) or NULL; how many
   * elements that has; and a digest of what it held before the call, for inputs the callee may not
   * change. */
  uint8_t *storage[FFH_MAX_SLOTS];
  uint64_t count[FFH_MAX_SLOTS];
  uint32_t digest[FFH_MAX_SLOTS];
  ffh_failing failing; /* the allocation inside the call that the plan makes fail */
  bool ended;          /* an overlapping call may have ended its views: nobody reads them */
} ffh_frame;

static inline bool ffh_frame_is_malformed(const ffh_frame *frame) {
  return frame->call != NULL && frame->call->malformed != FFH_FORM_VALUE;
}

static inline bool ffh_slot_is_buffer(uint8_t kind) {
  return kind == FFH_KIND_BYTES || kind == FFH_KIND_ARRAY || kind == FFH_KIND_TEXT ||
         kind == FFH_KIND_STRINGS || kind == FFH_KIND_PATH;
}

/* Of a frame without a shape: valid until the next call. One lane at a time. */
const ffh_shape *ffh_frame_make_shape(const ffh_frame *frame);

static inline const ffh_shape *ffh_frame_shape(const ffh_frame *frame) {
  return frame->shape != NULL ? frame->shape : ffh_frame_make_shape(frame);
}

/* The scalar of slot->size bytes at `at`, sign-extended when the slot is signed. */
static inline int64_t ffh_frame_read(const ffh_slot *slot, const void *at) {
  uint64_t bits = 0;
  size_t size = slot->size < sizeof bits ? slot->size : sizeof bits;
  if (size == sizeof(uint32_t)) {
    memcpy(&bits, at, sizeof(uint32_t)); /* most are */
  } else {
    ffh_bytes_copy(&bits, at, size);
  }
  if ((slot->flags & FFH_SLOT_SIGNED) != 0 && size < sizeof bits) {
    uint64_t sign = UINT64_C(1) << (size * 8 - 1);
    bits = (bits ^ sign) - sign;
  }
  return (int64_t)bits;
}

/* Where a struct's field lies, or NULL when the struct pointer was NULL. */
static inline uint8_t *ffh_frame_field(const ffh_frame *frame, const ffh_slot *slot) {
  FFH_ASSERT(slot->parent != FFH_NONE);
  uint8_t *base = frame->storage[slot->parent];
  return base == NULL ? NULL : base + slot->offset;
}

/* Where the slot's scalar lies in memory (a field, or what an indirect parameter points to), or
 * NULL when it travelled in a register or its struct was NULL. */
static inline uint8_t *ffh_frame_at(const ffh_frame *frame, uint16_t slot_index) {
  const ffh_slot *slot = &frame->function->slots[slot_index];
  if ((slot->flags & FFH_SLOT_INDIRECT) != 0) {
    return frame->storage[slot_index];
  }
  if (slot->param == FFH_PARAM_FIELD) {
    return ffh_frame_field(frame, slot);
  }
  return NULL;
}

/* How many bytes the slot's storage has. */
size_t ffh_frame_size(const ffh_frame *frame, uint16_t slot);

/* A hash of what the slot's storage holds now; compare with frame->digest. */
uint32_t ffh_frame_digest(const ffh_frame *frame, uint16_t slot);

/* The pointer that the slot's storage or struct field holds, NULL without one. */
void *ffh_frame_pointer(const ffh_frame *frame, uint16_t slot);

/* The pointer that a result or output delivered; NULL also when the output was left untouched. */
void *ffh_frame_delivered(const ffh_frame *frame, uint16_t slot);

/* The memory that an OWNED or VIEW slot delivered, and its length by the contract (without a NUL).
 * NULL when there is none, and for a view that may have ended. Reads every byte the way
 * instrumented code would. */
const uint8_t *ffh_frame_memory(const ffh_frame *frame, uint16_t slot, size_t *size);

/* The length that the callee reported for that memory, in its elements. False when the contract
 * names none: a text ends at its NUL then. */
bool ffh_frame_length(const ffh_frame *frame, uint16_t slot, size_t *length);
bool ffh_frame_has_length(const ffh_frame *frame, uint16_t slot);

#endif
