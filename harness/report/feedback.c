#include "report/feedback.h"

#include "base/bytes.h"
#include "base/id.h"

enum { OUTCOMES = 2048, PAIRS = 6144, OVERLAPS = 2048 };

/* libFuzzer looks for this section by name; in other builds it is ordinary memory. */
__attribute__((section("__libfuzzer_extra_counters"),
               used)) static uint8_t counters[OUTCOMES + PAIRS + OVERLAPS];

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
