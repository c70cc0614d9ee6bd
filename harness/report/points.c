#include "report/points.h"

enum { HISTORY = 8 }; /* calls that the average remembers, roughly */

static uint32_t average[FFH_MAX_FUNCTIONS];

void ffh_points_call(const ffh_frame *frame, uint32_t points) {
  if (points == 0 || frame->call == NULL ||
      frame->plan->schedule.granularity != FFH_GRANULARITY_MEMORY) {
    return;
  }
  uint32_t *of = &average[frame->call->function];
  *of = *of == 0 ? points : *of - *of / HISTORY + points / HISTORY;
}

uint32_t ffh_points_of(uint16_t function) {
  return average[function];
}
