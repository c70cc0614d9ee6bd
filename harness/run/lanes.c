/* The lanes as the scheduler sees them: which of them could take a call now, and its next one. */
#include "base/assert.h"
#include "boundary/handles.h"
#include "run/state.h"

/* A call waits until the calls that make its handles have finished, well or badly. */
static bool is_ready(uint16_t index) {
  const ffh_call *call = &ffh_now.plan->calls[index];
  const ffh_value *values = ffh_plan_values(ffh_now.plan, call);
  const ffh_shape *shape = &ffh_setup.shapes[call->function];
  for (ffh_slots left = shape->handles | shape->makes | shape->messages; left != 0;) {
    uint16_t variable = values[ffh_slots_next(&left)].variable;
    if (variable != FFH_NO_VARIABLE && ffh_now.plan->variables[variable].call != index &&
        ffh_handles_at(variable)->state == FFH_HANDLE_UNBORN) {
      return false;
    }
  }
  return true;
}

uint64_t ffh_run_enabled(void *context) {
  (void)context;
  uint64_t enabled = 0;
  for (uint64_t left = ffh_now.waiting; left != 0; left &= left - 1) {
    unsigned lane = (unsigned)__builtin_ctzll(left);
    const ffh_lane_queue *queue = &ffh_now.queues[lane];
    if (is_ready(queue->calls[queue->next])) {
      enabled |= UINT64_C(1) << lane;
    }
  }
  /* The earliest unfinished call needs only earlier ones. */
  FFH_ASSERT(enabled != 0 || ffh_now.waiting == 0 || ffh_now.in_flight != 0);
  return enabled;
}

void ffh_run_step(void *context, unsigned lane) {
  (void)context;
  ffh_lane_queue *queue = &ffh_now.queues[lane];
  uint16_t index = queue->calls[queue->next++];
  if (queue->next == queue->count) {
    ffh_now.waiting &= ~(UINT64_C(1) << lane);
  }
  ffh_run_follow_before_call(lane);
  const ffh_call *call = &ffh_now.plan->calls[index];
  ffh_frame *frame = &ffh_now.frames[lane];
  ffh_now.used |= UINT64_C(1) << lane;
  frame->plan = ffh_now.plan;
  frame->call = call;
  frame->function = ffh_plan_function(ffh_now.plan, call);
  frame->shape = &ffh_setup.shapes[call->function];
  frame->values = ffh_plan_values(ffh_now.plan, call);
  frame->index = index;
  frame->lane = (uint8_t)lane;
  ffh_run_take(frame);
}

void ffh_run_queue_calls(const ffh_plan *plan) {
  for (unsigned i = 0; i < plan->schedule.lanes; i++) {
    ffh_now.queues[i].next = ffh_now.queues[i].count = 0;
  }
  ffh_now.waiting = 0;
  for (uint16_t i = 0; i < plan->n_calls; i++) {
    ffh_lane_queue *queue = &ffh_now.queues[plan->calls[i].lane];
    queue->calls[queue->count++] = i;
    ffh_now.waiting |= UINT64_C(1) << plan->calls[i].lane;
  }
}
