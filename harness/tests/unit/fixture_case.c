#include "fixture_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/blank.h"
#include "base/id.h"
#include "boundary/arena.h"
#include "boundary/handles.h"

ffh_case_library ffh_case_calls;

static ffh_case only;

static void call_nothing(const ffh_word *args, ffh_word *result) {
  (void)args;
  (void)result;
}
static void call_release(const ffh_word *args, ffh_word *result) {
  (void)result;
  ffh_case_calls.released = args[0].p;
  ffh_case_calls.releases++;
}
static void call_predicate(const ffh_word *args, ffh_word *result) {
  ffh_case_calls.asked = args[0].p;
  result->u = ffh_case_calls.predicate;
}

static ffh_function function_named(const char *name, void (*call)(const ffh_word *, ffh_word *)) {
  return (ffh_function){.name = name,
                        .id = ffh_id(name),
                        .threading = FFH_THREADING_INHERIT,
                        .error_slot = FFH_NONE,
                        .result_slot = FFH_NONE,
                        FFH_FUNCTION_BLANK,
                        .signature = name,
                        .line = 7,
                        .call = call};
}

static ffh_slot blank_slot(const char *name, ffh_kind kind, uint32_t size) {
  return (ffh_slot){.name = name,
                    .id = ffh_id(name),
                    .kind = (uint8_t)kind,
                    .parent = FFH_NONE,
                    .size = size,
                    .align = size > 8 || (size & (size - 1)) != 0 ? 8 : size,
                    FFH_SLOT_BLANK,
                    .handle_type = FFH_NONE};
}

static void set_type(unsigned type, const char *name, ffh_threading threading) {
  only.types[type] = (ffh_handle_type){.name = name,
                                       .id = ffh_id(name),
                                       .threading = (uint8_t)threading,
                                       .is_memory = type == FFH_CASE_MEMORY,
                                       .destroy_fn = FFH_CASE_RELEASE,
                                       .creator_fn = FFH_NONE};
}

ffh_case *ffh_case_begin(uint16_t n_variables) {
  static ffh_plan *plan;
  if (plan == NULL) {
    plan = ffh_plan_new();
    ffh_arena_start();
  }
  ffh_arena_end_input();
  ffh_handles_reset(n_variables);
  memset(&only, 0, sizeof only);
  memset(&ffh_case_calls, 0, sizeof ffh_case_calls);
  set_type(FFH_CASE_SHARED, "shared", FFH_THREADING_SHARED);
  set_type(FFH_CASE_SERIAL, "serial", FFH_THREADING_SERIAL);
  set_type(FFH_CASE_CONFINED, "confined", FFH_THREADING_CONFINED);
  set_type(FFH_CASE_MEMORY, "memory:release", FFH_THREADING_SHARED);
  only.functions[FFH_CASE_SUBJECT] = function_named("subject", call_nothing);
  only.functions[FFH_CASE_RELEASE] = function_named("release", call_release);
  only.functions[FFH_CASE_PREDICATE] = function_named("predicate", call_predicate);
  only.handle_slot = blank_slot("self", FFH_KIND_HANDLE, 8);
  for (unsigned i = FFH_CASE_RELEASE; i < FFH_CASE_FUNCTIONS; i++) {
    only.functions[i].slots = &only.handle_slot;
    only.functions[i].n_params = only.functions[i].n_slots = 1;
  }
  only.function = &only.functions[FFH_CASE_SUBJECT];
  only.function->slots = only.slots;
  only.target = (ffh_target){.abi = FFH_TARGET_ABI,
                             .id = ffh_id("case"),
                             .name = "case",
                             .contract = "case.h",
                             .handle_types = only.types,
                             .functions = only.functions,
                             .n_handle_types = FFH_CASE_TYPES,
                             .n_functions = FFH_CASE_FUNCTIONS};
  plan->target = &only.target;
  plan->n_calls = 0;
  plan->schedule = (ffh_schedule){.lanes = 1};
  only.frame = (ffh_frame){.plan = plan,
                           .call = &only.call,
                           .function = only.function,
                           .values = only.values,
                           .outcome = FFH_OUTCOME_OK};
  return &only;
}

uint16_t ffh_case_last(const ffh_case *c) {
  return (uint16_t)(c->function->n_slots - 1);
}

ffh_value *ffh_case_value(ffh_case *c) {
  return &c->values[ffh_case_last(c)];
}

static ffh_slot *add(ffh_case *c, const char *name, ffh_kind kind, uint32_t size) {
  ffh_slot *slot = &c->slots[c->function->n_slots++];
  *slot = blank_slot(name, kind, size);
  *ffh_case_value(c) = (ffh_value){.variable = FFH_NO_VARIABLE, .defines = FFH_NO_VARIABLE};
  return slot;
}

ffh_slot *ffh_case_param(ffh_case *c, const char *name, ffh_kind kind, uint32_t size) {
  ffh_slot *slot = add(c, name, kind, size);
  slot->param = (int16_t)c->function->n_params++;
  return slot;
}

ffh_slot *ffh_case_field(ffh_case *c, uint16_t parent, const char *name, ffh_kind kind,
                         uint32_t offset, uint32_t size) {
  ffh_slot *slot = add(c, name, kind, size);
  slot->param = FFH_PARAM_FIELD;
  slot->parent = parent;
  slot->offset = offset;
  return slot;
}

ffh_slot *ffh_case_result(ffh_case *c, ffh_kind kind, uint32_t size) {
  ffh_slot *slot = add(c, "result", kind, size);
  slot->param = FFH_PARAM_RESULT;
  slot->direction = FFH_DIR_OUT;
  c->function->result_slot = ffh_case_last(c);
  return slot;
}

ffh_slot *ffh_case_handle(ffh_case *c, unsigned type, uint16_t variable, unsigned flags) {
  ffh_slot *slot = ffh_case_param(c, "handle", FFH_KIND_HANDLE, 8);
  slot->handle_type = (uint16_t)type;
  slot->flags = (uint16_t)flags;
  ffh_case_value(c)->variable = variable;
  return slot;
}

void ffh_case_deliver(ffh_case *c, void *pointer) {
  uint16_t at = ffh_case_last(c);
  c->memory[at] = pointer;
  c->frame.storage[at] = (uint8_t *)&c->memory[at];
}

void ffh_case_message(ffh_case *c, uint16_t in, uint16_t defines, void *after) {
  ffh_slot *slot = ffh_case_param(c, "errptr", FFH_KIND_ERROR, 8);
  slot->direction = FFH_DIR_INOUT;
  slot->flags = FFH_SLOT_INDIRECT;
  slot->handle_type = FFH_CASE_MEMORY;
  ffh_case_value(c)->variable = in;
  ffh_case_value(c)->defines = defines;
  c->function->error_kind = FFH_ERROR_BY_OUT;
  c->function->error_slot = ffh_case_last(c);
  ffh_case_deliver(c, after);
}

void ffh_case_malformed(ffh_case *c, uint16_t slot, ffh_form form) {
  c->values[slot].form = (uint8_t)form;
  c->call.malformed = (uint8_t)form;
}

void ffh_case_bytes(ffh_case *c, const void *bytes, uint32_t size) {
  ffh_case_value(c)->bytes = bytes;
  ffh_case_value(c)->size = size;
}

bool ffh_case_is_poisoned(const void *at) {
  return __asan_address_is_poisoned != NULL && __asan_address_is_poisoned(at) != 0;
}

void ffh_case_expect_exact(const uint8_t *at, size_t size) {
  if (__asan_address_is_poisoned == NULL) {
    skip();
  }
  assert_true(ffh_case_is_poisoned(at - 1));
  assert_true(ffh_case_is_poisoned(at + size));
  for (size_t i = 0; i < size; i++) {
    assert_false(ffh_case_is_poisoned(at + i));
  }
}
