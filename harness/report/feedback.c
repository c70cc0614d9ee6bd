#include "report/feedback.h"

#include "base/bytes.h"
#include "base/id.h"
#include "boundary/handles.h"

enum { OUTCOMES = 2048, PAIRS = 6144, OVERLAPS = 2048, STATES = 8192 };

/* libFuzzer looks for this section by name; in other builds it is ordinary memory. */
__attribute__((section("__libfuzzer_extra_counters"),
               used)) static uint8_t counters[OUTCOMES + PAIRS + OVERLAPS + STATES];

/* By variable: the function that last used the handle, FFH_NONE for none. */
static uint16_t last_use[FFH_MAX_HANDLES];

static void count(uint32_t first, uint32_t range, uint32_t hash) {
  uint8_t *counter = &counters[first + hash % range];
  if (*counter < UINT8_MAX) {
    (*counter)++;
  }
}

void ffh_feedback_begin_input(void) {
  ffh_bytes_fill(last_use, 0xff, sizeof last_use);
}

void ffh_feedback_call(const ffh_frame *frame) {
  if (frame->call == NULL || frame->outcome == FFH_OUTCOME_SKIPPED) {
    return;
  }
  uint16_t function = frame->call->function;
  uint32_t outcome[] = {function, frame->outcome, (uint32_t)frame->status, frame->call->malformed};
  count(0, OUTCOMES, ffh_id_numbers(FFH_ID_BASIS, outcome, 4));
  for (ffh_slots left = ffh_frame_shape(frame)->handles; left != 0;) {
    uint16_t variable = frame->values[ffh_slots_next(&left)].variable;
    if (variable == FFH_NO_VARIABLE) {
      continue;
    }
    uint32_t pair[] = {last_use[variable], function, frame->outcome};
    count(OUTCOMES, PAIRS, ffh_id_numbers(FFH_ID_BASIS, pair, 3));
    last_use[variable] = function;
  }
}

static uint32_t at_most(unsigned number, uint32_t most) {
  return number < most ? number : most;
}

/* What the contract sees of a handle when a call begins, and who else is in the library. It was
 * there or it was not: how often says nothing new. */
static void note_state(const ffh_frame *frame, uint16_t slot, uint16_t variable, unsigned others) {
  const ffh_handle *handle = ffh_handles_at(variable);
  const uint32_t state[] = {frame->call->function,
                            slot,
                            handle->state,
                            handle->typestate,
                            at_most(handle->references, 3),
                            at_most(handle->keepers, 3), /* children, mostly */
                            at_most(handle->in_use, 3),  /* this call too */
                            at_most(others, 2)};
  uint32_t hash = ffh_id_numbers(FFH_ID_BASIS, state, sizeof state / sizeof state[0]);
  counters[OUTCOMES + PAIRS + OVERLAPS + hash % STATES] = 1;
}

static void note_states(const ffh_frame *frame, unsigned others) {
  for (ffh_slots left = ffh_frame_shape(frame)->uses; left != 0;) {
    uint16_t slot = ffh_slots_next(&left);
    uint16_t variable = frame->values[slot].variable;
    if (variable != FFH_NO_VARIABLE) {
      note_state(frame, slot, variable, others);
    }
  }
}

static bool uses(const ffh_frame *frame, uint16_t variable) {
  for (ffh_slots left = ffh_frame_shape(frame)->handles; left != 0;) {
    if (frame->values[ffh_slots_next(&left)].variable == variable) {
      return true;
    }
  }
  return false;
}

void ffh_feedback_enter(const ffh_frame *frame, const ffh_frame *lanes, uint64_t in_flight) {
  if (frame->call == NULL) {
    return;
  }
  note_states(frame, (unsigned)__builtin_popcountll(in_flight));
  for (; in_flight != 0; in_flight &= in_flight - 1) {
    const ffh_frame *other = &lanes[__builtin_ctzll(in_flight)];
    for (ffh_slots left = ffh_frame_shape(frame)->handles; left != 0;) {
      uint16_t variable = frame->values[ffh_slots_next(&left)].variable;
      if (variable != FFH_NO_VARIABLE && other->call != NULL && uses(other, variable)) {
        uint32_t pair[] = {other->call->function, frame->call->function};
        count(OUTCOMES + PAIRS, OVERLAPS, ffh_id_numbers(FFH_ID_BASIS, pair, 2));
      }
    }
  }
}
