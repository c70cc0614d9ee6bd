#include "report/feedback.h"

#include <string.h>

#include "base/id.h"

enum { OUTCOMES = 2048, PAIRS = 6144 };

/* libFuzzer looks for this section by name; in other builds it is ordinary memory. */
__attribute__((section("__libfuzzer_extra_counters"),
               used)) static uint8_t counters[OUTCOMES + PAIRS];

/* By variable: the function that last used the handle, FFH_NONE for none. */
static uint16_t last_use[FFH_MAX_HANDLES];

static void count(uint32_t first, uint32_t range, uint32_t hash) {
  uint8_t *counter = &counters[first + hash % range];
  if (*counter < UINT8_MAX) {
    (*counter)++;
  }
}

void ffh_feedback_begin_input(void) {
  memset(last_use, 0xff, sizeof last_use);
}

void ffh_feedback_call(const ffh_frame *frame) {
  if (frame->call == NULL || frame->outcome == FFH_OUTCOME_SKIPPED) {
    return;
  }
  uint16_t function = frame->call->function;
  uint32_t outcome[] = {function, frame->outcome, (uint32_t)frame->status, frame->call->malformed};
  count(0, OUTCOMES, ffh_id_bytes(FFH_ID_BASIS, outcome, sizeof outcome));
  for (uint16_t i = 0; i < frame->function->n_slots; i++) {
    uint16_t variable = frame->values[i].variable;
    if (frame->function->slots[i].kind != FFH_KIND_HANDLE || variable == FFH_NO_VARIABLE) {
      continue;
    }
    uint32_t pair[] = {last_use[variable], function, frame->outcome};
    count(OUTCOMES, PAIRS, ffh_id_bytes(FFH_ID_BASIS, pair, sizeof pair));
    last_use[variable] = function;
  }
}
