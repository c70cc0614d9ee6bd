#include "boundary/order.h"

#include "base/tsan.h"
#include "boundary/handles.h"

/* Only their addresses are used, by ThreadSanitizer. */
typedef struct key {
  uint64_t at;
} key;

static struct {
  key created;
  key used; /* by calls that must be over before the handle ends */
  key turn; /* of calls that come one at a time */
} keys[FFH_MAX_HANDLES];

static key input_start, input_end;

void ffh_order_begin_input(void) {
  ffh_tsan_release(&input_start);
}

void ffh_order_end_input(void) {
  ffh_tsan_acquire(&input_end);
}

void ffh_order_begin_call(void) {
  ffh_tsan_ignore_begin();
}

void ffh_order_end_call(void) {
  ffh_tsan_ignore_end();
}

static uint16_t given(const ffh_frame *frame, uint16_t slot) {
  return frame->values[slot].variable;
}

static ffh_slots given_slots(const ffh_frame *frame) {
  const ffh_shape *shape = ffh_frame_shape(frame);
  return shape->uses | shape->messages;
}

static bool takes_turns(const ffh_frame *frame, uint16_t slot, uint16_t variable) {
  if (frame->function->slots[slot].kind == FFH_KIND_ERROR) {
    return true;
  }
  uint8_t threading = frame->function->threading;
  if (threading == FFH_THREADING_INHERIT) {
    threading = frame->plan->target->handle_types[ffh_handles_at(variable)->type].threading;
  }
  return threading != FFH_THREADING_SHARED;
}

/* Every handle that goes when this one goes. */
static void acquire_dependants(uint16_t variable) {
  for (uint16_t i = 0; i < ffh_handles_count(); i++) {
    if (ffh_handles_depends(i, variable)) {
      ffh_tsan_acquire(&keys[i].used);
    }
  }
}

static void acquire_given(const ffh_frame *frame, uint16_t slot, uint16_t variable) {
  const ffh_handle *handle = ffh_handles_at(variable);
  ffh_tsan_acquire(&keys[variable].created);
  if (takes_turns(frame, slot, variable)) {
    ffh_tsan_acquire(&keys[variable].turn);
  }
  if (handle->state == FFH_HANDLE_DYING) {
    acquire_dependants(variable);
  } else if (handle->state == FFH_HANDLE_DEAD) {
    ffh_tsan_acquire(&keys[variable].used); /* sent although it has ended, and known to have */
  }
}

void ffh_order_enter(const ffh_frame *frame) {
  if (!ffh_tsan_is_here()) {
    return;
  }
  ffh_tsan_acquire(&input_start);
  for (ffh_slots left = given_slots(frame); left != 0;) {
    uint16_t slot = ffh_slots_next(&left);
    if (given(frame, slot) != FFH_NO_VARIABLE) {
      acquire_given(frame, slot, given(frame, slot));
    }
  }
  ffh_tsan_ignore_end();
}

void ffh_order_leave(const ffh_frame *frame) {
  if (!ffh_tsan_is_here()) {
    return;
  }
  ffh_tsan_ignore_begin();
  for (ffh_slots left = given_slots(frame); left != 0;) {
    uint16_t slot = ffh_slots_next(&left);
    uint16_t variable = given(frame, slot);
    if (variable == FFH_NO_VARIABLE) {
      continue;
    }
    if ((frame->function->slots[slot].flags & FFH_SLOT_RELEASES) == 0) {
      ffh_tsan_release(&keys[variable].used);
    }
    if (takes_turns(frame, slot, variable)) {
      ffh_tsan_release(&keys[variable].turn);
    }
  }
  const ffh_shape *shape = ffh_frame_shape(frame);
  for (ffh_slots left = shape->makes | shape->messages; left != 0;) {
    const ffh_value *value = &frame->values[ffh_slots_next(&left)];
    const uint16_t made[] = {value->variable, value->defines};
    for (size_t i = 0; i < 2; i++) {
      if (made[i] < ffh_handles_count()) {
        ffh_tsan_release(&keys[made[i]].created);
      }
    }
  }
  ffh_tsan_release(&input_end);
}

void ffh_order_dropped(uint16_t variable) {
  ffh_tsan_release(&keys[variable].used);
}
