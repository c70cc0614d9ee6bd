#define _DEFAULT_SOURCE 1
#include "plan/plan.h"

#include <string.h>
#include <sys/mman.h>

#include "base/assert.h"
#include "plan/build.h"

ffh_plan *ffh_plan_new(void) {
  void *memory =
      mmap(NULL, sizeof(ffh_plan), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  FFH_ASSERT(memory != MAP_FAILED);
  return (ffh_plan *)memory;
}

/* One call under check, with what came before it. */
typedef struct context {
  const ffh_plan *plan;
  const ffh_function *function;
  const ffh_call *call;
  const ffh_value *values;
  const ffh_track *track;
  unsigned next_variable; /* what the call's first definition must be */
} context;

static bool is_blank(const ffh_value *value) {
  return value->form == FFH_FORM_VALUE && !value->is_null && value->variable == FFH_NO_VARIABLE &&
         value->defines == FFH_NO_VARIABLE && value->size == 0 && value->number == 0;
}

static const char *check_handle(const context *c, unsigned at) {
  const ffh_slot *slot = &c->function->slots[at];
  const ffh_value *value = &c->values[at];
  if (value->is_null || value->form == FFH_FORM_NULL) {
    return value->variable == FFH_NO_VARIABLE ? NULL : "a NULL handle names a variable";
  }
  if (value->variable >= c->plan->n_variables ||
      c->plan->variables[value->variable].call >= c->call - c->plan->calls) {
    return "a handle names no earlier variable";
  }
  bool same = c->plan->variables[value->variable].handle_type == slot->handle_type;
  if (same == (value->form == FFH_FORM_WRONG_TYPE)) {
    return "a handle's variable has the wrong type";
  }
  if (value->form == FFH_FORM_WRONG_TYPE) {
    return NULL;
  }
  int lane = ffh_slot_lane(c->plan->target, c->function, slot, c->plan->schedule.lanes,
                           c->track->owner[value->variable]);
  if (value->form == FFH_FORM_WRONG_THREAD) {
    return lane >= 0 && lane != c->call->lane ? NULL : "a wrong thread is the right one";
  }
  if (lane >= 0 && lane != c->call->lane) {
    return "a confined handle is used on another lane";
  }
  if (value->form == FFH_FORM_STALE && c->track->ended[value->variable] == 0) {
    return "a stale handle was never ended";
  }
  if (value->form == FFH_FORM_VALUE && slot->parent_of != FFH_NONE &&
      c->values[slot->parent_of].form == FFH_FORM_VALUE &&
      c->values[slot->parent_of].variable != FFH_NO_VARIABLE) {
    uint16_t parent = ffh_plan_parent(c->plan, c->values[slot->parent_of].variable);
    if (parent != FFH_NO_VARIABLE && c->plan->variables[parent].handle_type == slot->handle_type &&
        parent != value->variable) {
      return "a handle is not the parent it must be";
    }
  }
  return NULL;
}

static const char *check_number(const context *c, unsigned at) {
  const ffh_value *value = &c->values[at];
  uint64_t bad;
  if (value->is_null || value->form == FFH_FORM_NULL) {
    return value->number == 0 ? NULL : "a NULL number has a value";
  }
  if (value->form == FFH_FORM_BAD_ENUM) {
    return ffh_slot_unfold(&c->function->slots[at], value->number, &bad) && bad == value->number
               ? NULL
               : "a bad enumerator is a good one";
  }
  return ffh_slot_fold(c->function, at, value->number) == value->number
             ? NULL
             : "a number is out of range";
}

static uint64_t elements(const context *c, unsigned at) {
  const ffh_slot *slot = &c->function->slots[at];
  const ffh_value *value = &c->values[at];
  return slot->kind == FFH_KIND_STRINGS ? value->number : value->size / ffh_slot_unit(slot);
}

static const char *check_contents(const context *c, unsigned at) {
  const ffh_slot *slot = &c->function->slots[at];
  const ffh_value *value = &c->values[at];
  bool utf8 = (slot->flags & FFH_SLOT_UTF8) != 0;
  if (slot->kind == FFH_KIND_STRINGS) {
    unsigned count;
    size_t size = ffh_strings_measure(value->bytes, value->size, FFH_MAX_STRINGS, &count);
    return size == value->size && count == value->number ? NULL : "strings are not whole";
  }
  if (slot->kind == FFH_KIND_PATH) {
    return ffh_path_is_valid(slot, value->bytes, value->size) ? NULL : "a path is no plain name";
  }
  if (slot->kind == FFH_KIND_TEXT && value->size != 0 &&
      memchr(value->bytes, 0, value->size) != NULL) {
    return "a text has a NUL inside";
  }
  if (value->form == FFH_FORM_BAD_UTF8) {
    return ffh_utf8_is_valid(value->bytes, value->size) ? "bad UTF-8 is good" : NULL;
  }
  if (value->size % ffh_slot_unit(slot) != 0) {
    return "an array has half an element";
  }
  if (utf8 && !ffh_utf8_is_valid(value->bytes, value->size)) {
    return "a text is not UTF-8";
  }
  if (slot->kind == FFH_KIND_ARRAY && slot->elem_kind == FFH_KIND_STRUCT &&
      !ffh_elements_are_valid(c->function, at, value->bytes, value->size)) {
    return "an element's field is out of range";
  }
  return NULL;
}

static const char *check_buffer(const context *c, unsigned at) {
  const ffh_slot *slot = &c->function->slots[at];
  const ffh_value *value = &c->values[at];
  uint64_t cap = ffh_slot_cap(c->function, at);
  if (value->is_null || value->form == FFH_FORM_NULL) {
    return value->size == 0 ? NULL : "a NULL buffer has contents";
  }
  if (value->form == FFH_FORM_LENGTH_MISMATCH) {
    return value->number >= 1 ? NULL : "a mismatched length is 0";
  }
  if (value->form == FFH_FORM_OVERSIZED) {
    return value->number > cap && value->number <= ffh_slot_declared_limit(c->function, slot)
               ? NULL
               : "an oversized length is not";
  }
  if (value->size != 0 && (value->bytes < c->plan->bytes ||
                           value->bytes + value->size > c->plan->bytes + c->plan->n_bytes)) {
    return "a buffer lies outside the plan's bytes";
  }
  if (elements(c, at) > cap && slot->kind != FFH_KIND_PATH) {
    return "a buffer is larger than its cap";
  }
  unsigned leader = ffh_slot_leader(c->function, at);
  if (leader != at && elements(c, at) != elements(c, leader)) {
    return "buffers that share a length differ";
  }
  return check_contents(c, at);
}

static const char *check_definition(context *c, unsigned at) {
  const ffh_slot *slot = &c->function->slots[at];
  const ffh_value *value = &c->values[at];
  if (value->form == FFH_FORM_NULL || slot->handle_type == FFH_NONE) {
    return value->defines == FFH_NO_VARIABLE ? NULL : "a NULL output defines a variable";
  }
  unsigned number = c->next_variable++;
  if (value->defines != number || number >= c->plan->n_variables) {
    return "variables are not numbered in order";
  }
  const ffh_variable *variable = &c->plan->variables[number];
  if (variable->call != c->call - c->plan->calls || variable->slot != at ||
      variable->handle_type != slot->handle_type) {
    return "a variable does not say where it comes from";
  }
  return NULL;
}

static const char *check_error(context *c, unsigned at) {
  const ffh_value *value = &c->values[at];
  if (value->variable != FFH_NO_VARIABLE && c->function->slots[at].direction == FFH_DIR_OUT) {
    return "an error message goes in where none does";
  }
  if (value->variable != FFH_NO_VARIABLE &&
      (value->variable >= c->plan->n_variables ||
       c->plan->variables[value->variable].call >= c->call - c->plan->calls ||
       c->plan->variables[value->variable].handle_type != c->function->slots[at].handle_type)) {
    return "an error message names no earlier message";
  }
  return check_definition(c, at);
}

static const char *check_version(const ffh_slot *slot, const ffh_value *value) {
  if (value->form == FFH_FORM_VALUE) {
    return value->number == 0 ? NULL : "a derived value is set";
  }
  return ffh_slot_other_version(slot, value->number) == value->number
             ? NULL
             : "a bad version is a good one";
}

static const char *check_value(context *c, unsigned at) {
  const ffh_slot *slot = &c->function->slots[at];
  const ffh_value *value = &c->values[at];
  if (ffh_values_absent(c->function, c->values, at)) {
    return is_blank(value) ? NULL : "a field of a struct that is not passed has a value";
  }
  if (!ffh_slot_accepts(c->function, slot, (ffh_form)value->form)) {
    return "a malformed form is sent that the contract does not reject";
  }
  if (value->form != FFH_FORM_VALUE && value->form != c->call->malformed) {
    return "a call has several malformed values, or hides its one";
  }
  if (value->is_null && (slot->flags & FFH_SLOT_NULLABLE) == 0) {
    return "NULL where it is not allowed";
  }
  switch (ffh_slot_class(c->function, at)) {
    case FFH_CLASS_NUMBER:
    case FFH_CLASS_CAPACITY:
    case FFH_CLASS_CALLBACK:
      return check_number(c, at);
    case FFH_CLASS_FIXED:
      return check_version(slot, value);
    case FFH_CLASS_HANDLE:
      return check_handle(c, at);
    case FFH_CLASS_DEFINE:
      return check_definition(c, at);
    case FFH_CLASS_ERROR:
      return check_error(c, at);
    case FFH_CLASS_BUFFER:
      return check_buffer(c, at);
    default:
      return value->number == 0 && value->size == 0 ? NULL : "a derived value is set";
  }
}

bool ffh_function_may_fail_to_allocate(const ffh_function *function) {
  return (function->flags & FFH_FN_NO_MEMORY) != 0 && function->shadow_fn == FFH_NONE;
}

bool ffh_target_starts_again(const ffh_target *target) {
  unsigned flags = 0;
  for (unsigned i = 0; i < target->n_functions; i++) {
    flags |= target->functions[i].flags;
  }
  return (flags & FFH_FN_INIT) != 0 && (flags & FFH_FN_FINI) != 0;
}

static const char *check_fail(const context *c) {
  if (c->call->fail > FFH_MAX_FAIL) {
    return "an allocation that fails is out of bounds";
  }
  return c->call->fail == 0 || (c->call->malformed == FFH_FORM_VALUE &&
                                ffh_function_may_fail_to_allocate(c->function))
             ? NULL
             : "an allocation fails in a call that does not promise to survive it";
}

static const char *check_call(context *c) {
  unsigned malformed = 0;
  const char *fail = check_fail(c);
  if (fail != NULL) {
    return fail;
  }
  if (c->call->lane >= c->plan->schedule.lanes) {
    return "a call's lane does not exist";
  }
  int lane = ffh_function_lane(c->plan->target, c->function, c->plan->schedule.lanes);
  if (lane != -1 && lane != c->call->lane) {
    return "a call is not on the lane of its role";
  }
  for (unsigned i = 0; i < c->call->n_values; i++) {
    const char *wrong = check_value(c, i);
    if (wrong != NULL) {
      return wrong;
    }
    malformed += c->values[i].form != FFH_FORM_VALUE;
  }
  return malformed == (c->call->malformed != FFH_FORM_VALUE) ? NULL : "not one malformed value";
}

const char *ffh_plan_check(const ffh_plan *plan) {
  ffh_track track;
  if (plan->n_calls > FFH_MAX_CALLS || plan->n_values > FFH_MAX_VALUES ||
      plan->n_variables > FFH_MAX_HANDLES || plan->n_bytes > FFH_MAX_PLAN_BYTES) {
    return "a cap is exceeded";
  }
  const char *wrong = ffh_schedule_check(&plan->schedule);
  context c = {.plan = plan, .track = &track};
  unsigned next_value = 0;
  for (unsigned i = 0; i < plan->n_calls && wrong == NULL; i++) {
    c.call = &plan->calls[i];
    if (c.call->function >= plan->target->n_functions) {
      return "a call's function does not exist";
    }
    c.function = ffh_plan_function(plan, c.call);
    if (!ffh_function_is_callable(c.function) || c.call->n_values != c.function->n_slots ||
        c.call->first_value != next_value || next_value + c.call->n_values > plan->n_values) {
      return "a call may not be made, or its values are elsewhere";
    }
    c.values = ffh_plan_values(plan, c.call);
    next_value += c.call->n_values;
    wrong = check_call(&c);
    if (wrong == NULL) {
      ffh_track_call(&track, plan, c.call);
    }
  }
  if (wrong == NULL && (c.next_variable != plan->n_variables || next_value != plan->n_values)) {
    return "there are values or variables of no call";
  }
  return wrong;
}
