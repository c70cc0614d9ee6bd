#include "report/json.h"

#include <string.h>

#include "boundary/handles.h"
#include "plan/thread.h"
#include "report/stack.h"
#include "report/waits.h"

enum { HISTORY = 64 };

static const char *const outcome_names[] = {"skipped", "ok", "failed", "in flight"};
static const char *const state_names[] = {"unborn", "live", "dying", "dead", "failed"};

static void key(ffh_out *out, const char *name) {
  char last = out->size == 0 ? '{' : out->text[out->size - 1];
  if (last != '{' && last != '[') {
    ffh_out_str(out, ", ");
  }
  ffh_out_json(out, name, strlen(name));
  ffh_out_str(out, ": ");
}

static void text(ffh_out *out, const char *name, const char *value) {
  key(out, name);
  ffh_out_json(out, value, strlen(value));
}

static void number(ffh_out *out, const char *name, int64_t value) {
  key(out, name);
  ffh_out_signed(out, value);
}

static void lane_name(ffh_out *out, const char *name, unsigned lane) {
  key(out, name);
  ffh_out_str(out, "\"");
  ffh_thread_print(out, lane);
  ffh_out_str(out, "\"");
}

static void separate(ffh_out *out) {
  if (out->size != 0 && out->text[out->size - 1] != '[') {
    ffh_out_str(out, ", ");
  }
}

static void function_members(const ffh_frame *frame, ffh_out *out) {
  text(out, "function", frame->function->name);
  number(out, "call", frame->index);
  lane_name(out, "lane", frame->lane);
  number(out, "line", frame->function->line);
  text(out, "signature", frame->function->signature);
}

static void call_name(const ffh_plan *plan, const char *name, uint16_t call, ffh_out *out) {
  key(out, name);
  ffh_out_str(out, "{");
  number(out, "call", call);
  if (call < plan->n_calls) {
    text(out, "function", ffh_plan_function(plan, &plan->calls[call])->name);
    lane_name(out, "lane", plan->calls[call].lane);
  } else {
    text(out, "function", "the harness's teardown");
  }
  ffh_out_str(out, "}");
}

static void handles(const ffh_frame *frame, ffh_out *out) {
  const ffh_plan *plan = frame->plan;
  key(out, "handles");
  ffh_out_str(out, "[");
  for (uint16_t i = 0; i < frame->function->n_slots; i++) {
    const ffh_slot *slot = &frame->function->slots[i];
    uint16_t variable = frame->values[i].variable;
    if (slot->kind != FFH_KIND_HANDLE || variable == FFH_NO_VARIABLE ||
        variable >= ffh_handles_count()) {
      continue;
    }
    const ffh_handle *handle = ffh_handles_at(variable);
    if (handle->state == FFH_HANDLE_UNBORN || handle->state == FFH_HANDLE_FAILED) {
      continue;
    }
    separate(out);
    ffh_out_str(out, "{");
    text(out, "parameter", slot->name);
    key(out, "variable");
    ffh_out_str(out, "\"h");
    ffh_out_unsigned(out, variable);
    ffh_out_str(out, "\"");
    text(out, "type", plan->target->handle_types[handle->type].name);
    text(out, "state", state_names[handle->state]);
    number(out, "generation", (int64_t)handle->generation);
    lane_name(out, "owner", handle->owner);
    call_name(plan, "created_by", handle->created_by, out);
    if (handle->destroyed_by != FFH_NONE) {
      call_name(plan, "destroyed_by", handle->destroyed_by, out);
    }
    ffh_out_str(out, "}");
  }
  ffh_out_str(out, "]");
}

static void argument(const ffh_finding *finding, ffh_out *out) {
  const ffh_region *region = finding->region;
  const ffh_plan *plan = finding->plan;
  key(out, "argument");
  ffh_out_str(out, "{");
  call_name(plan, "given_by", region->call, out);
  if (region->call < plan->n_calls) {
    const ffh_function *function = ffh_plan_function(plan, &plan->calls[region->call]);
    if (region->slot < function->n_slots) {
      text(out, "parameter", function->slots[region->slot].name);
      number(out, "line", function->line);
    }
  }
  number(out, "size", region->size);
  key(out, "borrowed");
  ffh_out_str(out, region->live ? "true" : "false");
  ffh_out_str(out, "}");
}

static void in_flight(const ffh_finding *finding, ffh_out *out) {
  key(out, "in_flight");
  ffh_out_str(out, "[");
  for (unsigned i = 0; i < FFH_MAX_LANES; i++) {
    if (finding->lanes[i].outcome == FFH_OUTCOME_DIED) {
      separate(out);
      ffh_out_str(out, "{");
      function_members(&finding->lanes[i], out);
      ffh_out_str(out, "}");
    }
  }
  ffh_out_str(out, "]");
}

/* Of a call that is over or in flight, teardown calls too. */
static const ffh_function *function_of(const ffh_finding *finding, uint32_t call, uint8_t *lane) {
  for (uint32_t i = finding->n_events; i-- > 0;) {
    if (finding->events[i].call == call) {
      *lane = finding->events[i].lane;
      return &finding->plan->target->functions[finding->events[i].function];
    }
  }
  for (unsigned i = 0; i < FFH_MAX_LANES; i++) {
    const ffh_frame *frame = &finding->lanes[i];
    if (frame->outcome == FFH_OUTCOME_DIED && frame->index == call) {
      *lane = frame->lane;
      return frame->function;
    }
  }
  return NULL;
}

static void accesses(const ffh_finding *finding, ffh_out *out) {
  key(out, "accesses");
  ffh_out_str(out, "[");
  for (unsigned i = 0; i < finding->n_accesses; i++) {
    const ffh_race_access *access = &finding->accesses[i];
    uint8_t lane = 0;
    const ffh_function *function = function_of(finding, access->call, &lane);
    separate(out);
    ffh_out_str(out, "{");
    text(out, "access", access->write ? "write" : "read");
    key(out, "atomic");
    ffh_out_str(out, access->atomic ? "true" : "false");
    number(out, "size", access->size);
    if (function != NULL) {
      number(out, "call", access->call);
      text(out, "function", function->name);
      lane_name(out, "lane", lane);
    }
    ffh_out_str(out, "}");
  }
  ffh_out_str(out, "]");
}

static bool is_recorded(const ffh_finding *finding, const ffh_frame *frame) {
  for (uint32_t i = 0; i < finding->n_events; i++) {
    if (finding->events[i].call == frame->index) {
      return true;
    }
  }
  return false;
}

/* The first one opens the list. */
static void one_failing(const ffh_finding *finding, unsigned n, uint16_t call, uint16_t allocation,
                        ffh_out *out) {
  if (n == 0) {
    key(out, "failed_allocations");
    ffh_out_str(out, "[");
  }
  separate(out);
  ffh_out_str(out, "{");
  number(out, "allocation", allocation);
  call_name(finding->plan, "in", call, out);
  ffh_out_str(out, "}");
}

/* The allocations that had been made to fail, of calls that came back and of those that did not. */
static void failing(const ffh_finding *finding, ffh_out *out) {
  unsigned n = 0;
  for (uint32_t i = 0; i < finding->n_events; i++) {
    const ffh_event *event = &finding->events[i];
    if (event->failed_allocation != 0) {
      one_failing(finding, n++, event->call, event->failed_allocation, out);
    }
  }
  for (unsigned i = 0; i < FFH_MAX_LANES; i++) {
    const ffh_frame *frame = &finding->lanes[i];
    bool died = frame->outcome == FFH_OUTCOME_DIED;
    if (frame->failing.failed != 0 &&
        (died || (frame == finding->frame && !is_recorded(finding, frame)))) {
      one_failing(finding, n++, frame->index, frame->failing.failed, out);
    }
  }
  if (n != 0) {
    ffh_out_str(out, "]");
  }
}

static void history(const ffh_finding *finding, ffh_out *out) {
  key(out, "history");
  ffh_out_str(out, "[");
  uint32_t first = finding->n_events > HISTORY ? finding->n_events - HISTORY : 0;
  for (uint32_t i = first; i < finding->n_events; i++) {
    const ffh_event *event = &finding->events[i];
    const ffh_function *function = &finding->plan->target->functions[event->function];
    separate(out);
    ffh_out_str(out, "{");
    number(out, "call", event->call);
    lane_name(out, "lane", event->lane);
    text(out, "function", function->name);
    text(out, "outcome", outcome_names[event->outcome]);
    if (function->error_kind == FFH_ERROR_BY_STATUS && event->outcome != FFH_OUTCOME_SKIPPED) {
      number(out, "status", event->status);
    }
    ffh_out_str(out, "}");
  }
  ffh_out_str(out, "]");
}

void ffh_report_teardown(const ffh_frame *frame, uint16_t *variable, uint16_t *parent) {
  const uint16_t ending = FFH_SLOT_CONSUMES | FFH_SLOT_CONSUMES_ON_SUCCESS | FFH_SLOT_RELEASES;
  for (uint16_t i = 0; i < frame->function->n_slots; i++) {
    const ffh_slot *slot = &frame->function->slots[i];
    if (slot->kind == FFH_KIND_HANDLE && frame->values[i].variable != FFH_NO_VARIABLE) {
      *((slot->flags & ending) != 0 ? variable : parent) = frame->values[i].variable;
    }
  }
}

static void one_of_order(const ffh_plan *plan, const ffh_event *event, ffh_out *out) {
  separate(out);
  ffh_out_str(out, "[");
  ffh_out_unsigned(out, event->call);
  ffh_out_str(out, ", \"");
  ffh_thread_print(out, event->lane);
  ffh_out_str(out, "\", \"");
  ffh_out_str(out, outcome_names[event->outcome]);
  ffh_out_str(out, "\"");
  if (event->call >= plan->n_calls) {
    const char *name = plan->target->functions[event->function].name;
    ffh_out_str(out, ", ");
    ffh_out_json(out, name, strlen(name));
    const uint16_t variables[] = {event->variable, event->parent};
    for (size_t i = 0; i < 2 && variables[i] != FFH_NO_VARIABLE; i++) {
      ffh_out_str(out, ", \"h");
      ffh_out_unsigned(out, variables[i]);
      ffh_out_str(out, "\"");
    }
  }
  ffh_out_str(out, "]");
}

static void one_unrecorded(const ffh_finding *finding, const ffh_frame *frame, ffh_out *out) {
  ffh_event event = {.call = frame->index,
                     .function = (uint16_t)(frame->function - finding->plan->target->functions),
                     .lane = frame->lane,
                     .outcome = (uint8_t)frame->outcome,
                     .variable = FFH_NO_VARIABLE,
                     .parent = FFH_NO_VARIABLE};
  if (frame->call == NULL) {
    ffh_report_teardown(frame, &event.variable, &event.parent);
  }
  one_of_order(finding->plan, &event, out);
}

/* Every call in the order of the run, the one that stopped it too: what a program needs to make
 * the same calls. */
static void order(const ffh_finding *finding, ffh_out *out) {
  key(out, "order");
  ffh_out_str(out, "[");
  for (uint32_t i = 0; i < finding->n_events; i++) {
    one_of_order(finding->plan, &finding->events[i], out);
  }
  const ffh_frame *frame = finding->frame;
  for (unsigned i = 0; i < FFH_MAX_LANES; i++) {
    if (finding->lanes[i].outcome == FFH_OUTCOME_DIED) {
      one_unrecorded(finding, &finding->lanes[i], out);
    }
  }
  if (frame != NULL && frame->outcome != FFH_OUTCOME_DIED && !is_recorded(finding, frame)) {
    one_unrecorded(finding, frame, out); /* it came back, and broke a rule */
  }
  ffh_out_str(out, "]");
}

static void evidence(const ffh_finding *finding, ffh_out *out) {
  key(out, "evidence");
  ffh_out_str(out, "[");
  for (unsigned i = 0; i < finding->verdict->n_evidence; i++) {
    const ffh_evidence *one = &finding->verdict->evidence[i];
    separate(out);
    ffh_out_str(out, "{");
    text(out, "title", one->title);
    ffh_out_str(out, ", ");
    ffh_report_stack(one->frames, one->n_frames, finding->symbolize, out);
    ffh_out_str(out, "}");
  }
  ffh_out_str(out, "]");
}

void ffh_report_json(const ffh_finding *finding, char *scratch, size_t scratch_size, ffh_out *out) {
  const ffh_verdict *verdict = finding->verdict;
  ffh_out_str(out, "{");
  text(out, "rule", ffh_rule_infos[verdict->rule].id);
  text(out, "message", verdict->message);
  text(out, "target", finding->plan->target->name);
  text(out, "contract", finding->plan->target->contract);
  text(out, "phase", finding->phase);
  text(out, "thread", finding->thread);
  key(out, "trace");
  ffh_out_str(out, "\"");
  ffh_out_hex(out, finding->trace);
  ffh_out_str(out, "\"");
  if (finding->frame != NULL) {
    function_members(finding->frame, out);
    if (verdict->slot != FFH_NONE && verdict->slot < finding->frame->function->n_slots) {
      text(out, "parameter", finding->frame->function->slots[verdict->slot].name);
    }
    handles(finding->frame, out);
  }
  if (finding->region != NULL) {
    argument(finding, out);
  }
  if (verdict->n_evidence != 0) {
    evidence(finding, out);
  }
  if (finding->not_controlled != NULL) {
    text(out, "not_controlled", finding->not_controlled);
  }
  if (finding->n_waits != 0) {
    ffh_out_str(out, ", ");
    ffh_report_waits(finding->waits, finding->n_waits, finding->symbolize, out);
  }
  if (finding->n_accesses != 0) {
    accesses(finding, out);
  }
  in_flight(finding, out);
  failing(finding, out);
  history(finding, out);
  order(finding, out);
  size_t size = ffh_plan_print(finding->plan, scratch, scratch_size);
  key(out, "plan");
  ffh_out_json(out, scratch, size);
  ffh_out_str(out, "}\n");
}
