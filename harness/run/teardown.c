/* What the plan left alive goes in contract order. */
#include "boundary/handles.h"
#include "run/state.h"

typedef struct teardown {
  uint16_t variable;
  uint16_t index;
  bool taken;
} teardown;

static bool set_destroy_values(const ffh_function *function, uint16_t variable, ffh_value *values) {
  const ffh_handle *handle = ffh_handles_at(variable);
  const uint16_t ending = FFH_SLOT_CONSUMES | FFH_SLOT_CONSUMES_ON_SUCCESS | FFH_SLOT_RELEASES;
  uint16_t ended = FFH_NONE;
  for (uint16_t i = 0; i < function->n_slots; i++) {
    const ffh_slot *slot = &function->slots[i];
    values[i] = (ffh_value){.variable = FFH_NO_VARIABLE, .defines = FFH_NO_VARIABLE};
    if (slot->kind == FFH_KIND_HANDLE && slot->handle_type == handle->type &&
        (slot->flags & ending) != 0 && ended == FFH_NONE) {
      ended = i;
      values[i].variable = variable;
    }
  }
  for (uint16_t i = 0; i < function->n_slots && ended != FFH_NONE; i++) {
    if (function->slots[i].kind == FFH_KIND_HANDLE && function->slots[i].parent_of == ended) {
      values[i].variable = handle->parent;
    }
  }
  return ended != FFH_NONE;
}

static void destroy_one(void *context) {
  teardown *job = context;
  static ffh_value values[FFH_MAX_SLOTS];
  const ffh_handle *handle = ffh_handles_at(job->variable);
  const ffh_function *function =
      &ffh_setup.target->functions[ffh_setup.target->handle_types[handle->type].destroy_fn];
  if (!set_destroy_values(function, job->variable, values)) {
    return;
  }
  ffh_run_follow_before_call((unsigned)ffh_sched_current_lane());
  ffh_frame *frame = &ffh_now.frames[ffh_sched_current_lane()];
  ffh_now.used |= UINT64_C(1) << ffh_sched_current_lane();
  frame->plan = ffh_now.plan;
  frame->call = NULL;
  frame->function = function;
  frame->shape = &ffh_setup.shapes[function - ffh_setup.target->functions];
  frame->values = values;
  frame->index = job->index;
  frame->lane = (uint8_t)ffh_sched_current_lane();
  ffh_run_take(frame);
  job->taken = frame->outcome != FFH_OUTCOME_SKIPPED;
}

static unsigned destroying_lane(const ffh_handle *handle) {
  const ffh_handle_type *type = &ffh_setup.target->handle_types[handle->type];
  if (type->threading == FFH_THREADING_ROLE) {
    return type->role % ffh_now.plan->schedule.lanes;
  }
  return type->threading == FFH_THREADING_CONFINED ? handle->owner : 0;
}

static bool can_go(uint16_t variable) {
  const ffh_handle *handle = ffh_handles_at(variable);
  return handle->state == FFH_HANDLE_LIVE && handle->keepers == 0 &&
         ffh_setup.target->handle_types[handle->type].destroy_fn != FFH_NONE &&
         ffh_handles_dependants_may_end(variable);
}

/* Newest first, again and again until nothing more can go: what a handle keeps follows it. */
void ffh_run_tear_down(void) {
  ffh_now.phase = "teardown";
  ffh_handles_no_more_calls();
  uint16_t index = ffh_now.plan->n_calls;
  bool progress = true;
  while (progress) {
    progress = false;
    for (uint16_t i = ffh_handles_count(); i-- > 0;) {
      if (can_go(i)) {
        teardown job = {.variable = i, .index = index++};
        ffh_sched_on_lane(destroying_lane(ffh_handles_at(i)), destroy_one, &job);
        progress = progress || job.taken;
      }
    }
  }
  for (uint16_t i = 0; i < ffh_handles_count(); i++) {
    ffh_handle *handle = ffh_handles_at(i);
    if (handle->state == FFH_HANDLE_LIVE &&
        ffh_setup.target->handle_types[handle->type].destroy_fn != FFH_NONE) {
      ffh_now.result.leftover++;
    }
  }
}
