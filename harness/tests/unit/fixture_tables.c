#include "fixture_tables.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/blank.h"
#include "base/id.h"

static const int64_t failures[] = {1, 2, 3};

/* The library: handles are blocks of one byte, memory is a copy of "text". */
void ffh_fixture_create(const ffh_word *args, ffh_word *result) {
  (void)args;
  result->p = malloc(1);
}
void ffh_fixture_destroy(const ffh_word *args, ffh_word *result) {
  (void)result;
  free(args[0].p);
}
void ffh_fixture_text(const ffh_word *args, ffh_word *result) {
  (void)args;
  result->p = strdup("text");
}
void ffh_fixture_succeed(const ffh_word *args, ffh_word *result) {
  (void)args;
  result->u = 0;
}
void ffh_fixture_nothing(const ffh_word *args, ffh_word *result) {
  (void)args;
  (void)result;
}

ffh_function *ffh_tables_function(ffh_tables *f, const char *name,
                                  void (*call)(const ffh_word *, ffh_word *)) {
  FFH_ASSERT(f->target.n_functions < FFH_TABLES_FUNCTIONS);
  ffh_function *function = &f->functions[f->target.n_functions++];
  *function = (ffh_function){.name = name,
                             .id = ffh_id(name),
                             .threading = FFH_THREADING_INHERIT,
                             .error_slot = FFH_NONE,
                             .result_slot = FFH_NONE,
                             FFH_FUNCTION_BLANK,
                             .slots = &f->slots[f->n_slots],
                             .signature = name,
                             .line = f->target.n_functions,
                             .call = call};
  return function;
}

ffh_slot *ffh_tables_slot(ffh_tables *f, ffh_function *function, const char *name, ffh_kind kind,
                          uint32_t size, unsigned flags) {
  FFH_ASSERT(f->n_slots < FFH_TABLES_SLOTS);
  ffh_slot *slot = &f->slots[f->n_slots++];
  *slot = (ffh_slot){.name = name,
                     .id = ffh_id(name),
                     .kind = (uint8_t)kind,
                     .flags = (uint16_t)flags,
                     .param = (int16_t)function->n_params,
                     .parent = FFH_NONE,
                     .size = size,
                     .align = size > 8 || size == 0 ? 8 : size,
                     FFH_SLOT_BLANK,
                     .handle_type = FFH_NONE};
  function->n_slots++;
  function->n_params++;
  return slot;
}

ffh_slot *ffh_tables_field(ffh_tables *f, ffh_function *function, uint16_t parent, const char *name,
                           ffh_kind kind, uint32_t offset, uint32_t size, unsigned flags) {
  ffh_slot *slot = ffh_tables_slot(f, function, name, kind, size, flags);
  function->n_params--;
  slot->param = FFH_PARAM_FIELD;
  slot->parent = parent;
  slot->offset = offset;
  return slot;
}

uint16_t ffh_tables_last(const ffh_function *function) {
  return (uint16_t)(function->n_slots - 1);
}

ffh_slot *ffh_tables_handle(ffh_tables *f, ffh_function *function, const char *name, unsigned type,
                            unsigned flags) {
  ffh_slot *slot = ffh_tables_slot(f, function, name, FFH_KIND_HANDLE, 8, flags);
  slot->handle_type = (uint16_t)type;
  if ((flags & FFH_SLOT_CREATES) != 0) {
    slot->direction = FFH_DIR_OUT;
    slot->flags |= FFH_SLOT_INDIRECT;
  }
  return slot;
}

void ffh_tables_result(ffh_tables *f, ffh_function *function, ffh_kind kind, unsigned type) {
  ffh_slot *slot = ffh_tables_slot(f, function, "result", kind, 8, 0);
  function->n_params--;
  slot->param = FFH_PARAM_RESULT;
  slot->direction = FFH_DIR_OUT;
  slot->handle_type = (uint16_t)type;
  if (kind == FFH_KIND_HANDLE) {
    slot->flags |= FFH_SLOT_CREATES;
  }
  function->result_slot = ffh_tables_last(function);
}

void ffh_tables_status(ffh_tables *f, ffh_function *function) {
  ffh_tables_result(f, function, FFH_KIND_STATUS, FFH_NONE);
  f->slots[f->n_slots - 1].size = 4;
  function->error_kind = FFH_ERROR_BY_STATUS;
  function->error_slot = ffh_tables_last(function);
  function->failures = failures;
  function->n_failures = 3;
}

ffh_slot *ffh_tables_bytes(ffh_tables *f, ffh_function *function, const char *name,
                           const char *length, unsigned flags, int64_t cap) {
  ffh_slot *slot = ffh_tables_slot(f, function, name, FFH_KIND_BYTES, 1, flags);
  slot->hi = cap;
  slot->partner = function->n_slots;
  ffh_slot *size = ffh_tables_slot(f, function, length, FFH_KIND_LENGTH, 8, 0);
  size->partner = (uint16_t)(function->n_slots - 2);
  return slot;
}

void ffh_tables_error(ffh_tables *f, ffh_function *function) {
  ffh_slot *slot = ffh_tables_slot(f, function, "errptr", FFH_KIND_ERROR, 8, FFH_SLOT_INDIRECT);
  slot->direction = FFH_DIR_INOUT;
  slot->handle_type = FFH_FIXTURE_MEMORY;
  function->error_kind = FFH_ERROR_BY_OUT;
  function->error_slot = ffh_tables_last(function);
}

void ffh_tables_tier(ffh_slot *slot) {
  static const int64_t tiers[] = {0, 1, 7};
  static const char *const names[] = {"TIER_FREE", "TIER_PLUS", "TIER_GOLD"};
  slot->enumerators = tiers;
  slot->enumerator_names = names;
  slot->n_enumerators = 3;
}
