#include "fixture_target.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/id.h"

#define ROOM_SLOTS 256
#define ROOM_FUNCTIONS 64

/* A target under construction. */
typedef struct fixture {
  ffh_target target;
  ffh_handle_type types[FFH_FIXTURE_TYPES];
  ffh_function functions[ROOM_FUNCTIONS];
  ffh_slot slots[ROOM_SLOTS];
  unsigned n_slots;
  bool built;
} fixture;

static fixture fixtures[FFH_FIXTURE_VARIANTS];

static const char *const roles[] = {"main", "executor"};
static const char *const states[] = {"open", "closed"};
static const int64_t tiers[] = {0, 1, 7};
static const char *const tier_names[] = {"TIER_FREE", "TIER_PLUS", "TIER_GOLD"};
static const int64_t flag_bits[] = {1, 2, 12};
static const char *const flag_names[] = {"FLAG_SYNC", "FLAG_FAST", "FLAG_BOTH"};
static const int64_t failures[] = {1, 2, 3};
static const ffh_dict_entry keys[] = {{"key", 3, 0}, {"\0\xff", 2, 0}, {"", 0, 0}};
static const ffh_dict_entry titles[] = {{"title", 5, 0}, {"\xc3\xa9t\xc3\xa9", 5, 0}};
static const ffh_dict_entry regions[] = {{NULL, 0, 42}, {NULL, 0, 7}};

static void on_event(void) {}
static void on_other(void) {}
static void (*const implementations[])(void) = {on_event, on_other};
static const char *const implementation_names[] = {"on_event", "on_other"};
static const ffh_callback event_callback = {.threading = FFH_THREADING_INHERIT,
                                            .until = FFH_UNTIL_RETURN,
                                            .until_slot = FFH_NONE,
                                            .n_impls = 2,
                                            .impls = implementations,
                                            .impl_names = implementation_names};

/* The library: handles are blocks of one byte, memory is a copy of "text". */
static void call_create(const ffh_word *args, ffh_word *result) {
  (void)args;
  result->p = malloc(1);
}
static void call_destroy(const ffh_word *args, ffh_word *result) {
  (void)result;
  free(args[0].p);
}
static void call_text(const ffh_word *args, ffh_word *result) {
  (void)args;
  result->p = strdup("text");
}
static void call_status(const ffh_word *args, ffh_word *result) {
  (void)args;
  result->u = 0;
}
static void call_void(const ffh_word *args, ffh_word *result) {
  (void)args;
  (void)result;
}

static ffh_function *add_function(fixture *f, const char *name,
                                  void (*call)(const ffh_word *, ffh_word *)) {
  FFH_ASSERT(f->target.n_functions < ROOM_FUNCTIONS);
  ffh_function *function = &f->functions[f->target.n_functions++];
  *function = (ffh_function){.name = name,
                             .id = ffh_id(name),
                             .threading = FFH_THREADING_INHERIT,
                             .error_slot = FFH_NONE,
                             .result_slot = FFH_NONE,
                             .child_of = FFH_NONE,
                             .dies_with = FFH_NONE,
                             .inherits = FFH_NONE,
                             .when_fn = FFH_NONE,
                             .shadow_fn = FFH_NONE,
                             .last_error_fn = FFH_NONE,
                             .slots = &f->slots[f->n_slots],
                             .signature = name,
                             .line = f->target.n_functions,
                             .call = call};
  return function;
}

static ffh_slot *add_slot(fixture *f, ffh_function *function, const char *name, ffh_kind kind,
                          uint32_t size, unsigned flags) {
  FFH_ASSERT(f->n_slots < ROOM_SLOTS);
  ffh_slot *slot = &f->slots[f->n_slots++];
  *slot = (ffh_slot){.name = name,
                     .id = ffh_id(name),
                     .kind = (uint8_t)kind,
                     .flags = (uint16_t)flags,
                     .param = (int16_t)function->n_params,
                     .parent = FFH_NONE,
                     .size = size,
                     .align = size > 8 || size == 0 ? 8 : size,
                     .partner = FFH_NONE,
                     .partner2 = FFH_NONE,
                     .handle_type = FFH_NONE,
                     .until_slot = FFH_NONE,
                     .parent_of = FFH_NONE,
                     .belongs_to = FFH_NONE,
                     .needs = FFH_NONE,
                     .becomes = FFH_NONE};
  function->n_slots++;
  function->n_params++;
  return slot;
}

static ffh_slot *add_field(fixture *f, ffh_function *function, uint16_t parent, const char *name,
                           ffh_kind kind, uint32_t offset, uint32_t size, unsigned flags) {
  ffh_slot *slot = add_slot(f, function, name, kind, size, flags);
  function->n_params--;
  slot->param = FFH_PARAM_FIELD;
  slot->parent = parent;
  slot->offset = offset;
  return slot;
}

static uint16_t last(const ffh_function *function) {
  return (uint16_t)(function->n_slots - 1);
}

static ffh_slot *add_handle(fixture *f, ffh_function *function, const char *name, unsigned type,
                            unsigned flags) {
  ffh_slot *slot = add_slot(f, function, name, FFH_KIND_HANDLE, 8, flags);
  slot->handle_type = (uint16_t)type;
  if ((flags & FFH_SLOT_CREATES) != 0) {
    slot->direction = FFH_DIR_OUT;
    slot->flags |= FFH_SLOT_INDIRECT;
  }
  return slot;
}

static void add_result(fixture *f, ffh_function *function, ffh_kind kind, unsigned type) {
  ffh_slot *slot = add_slot(f, function, "result", kind, 8, 0);
  function->n_params--;
  slot->param = FFH_PARAM_RESULT;
  slot->direction = FFH_DIR_OUT;
  slot->handle_type = (uint16_t)type;
  if (kind == FFH_KIND_HANDLE) {
    slot->flags |= FFH_SLOT_CREATES;
  }
  function->result_slot = last(function);
}

static void add_status(fixture *f, ffh_function *function) {
  add_result(f, function, FFH_KIND_STATUS, FFH_NONE);
  f->slots[f->n_slots - 1].size = 4;
  function->error_kind = FFH_ERROR_BY_STATUS;
  function->error_slot = last(function);
  function->failures = failures;
  function->n_failures = 3;
}

/* A buffer and the length behind it. */
static ffh_slot *add_bytes(fixture *f, ffh_function *function, const char *name, const char *length,
                           unsigned flags, int64_t cap) {
  ffh_slot *slot = add_slot(f, function, name, FFH_KIND_BYTES, 1, flags);
  slot->hi = cap;
  slot->partner = function->n_slots;
  ffh_slot *size = add_slot(f, function, length, FFH_KIND_LENGTH, 8, 0);
  size->partner = (uint16_t)(function->n_slots - 2);
  return slot;
}

static void add_error(fixture *f, ffh_function *function) {
  ffh_slot *slot = add_slot(f, function, "errptr", FFH_KIND_ERROR, 8, FFH_SLOT_INDIRECT);
  slot->direction = FFH_DIR_INOUT;
  slot->handle_type = FFH_FIXTURE_MEMORY;
  function->error_kind = FFH_ERROR_BY_OUT;
  function->error_slot = last(function);
}

static void rejects(ffh_function *function, uint32_t forms) {
  function->rejects = forms;
}

#define FORM(form) (1u << FFH_FORM_##form)

static void add_stores(fixture *f, ffh_fixture_variant variant) {
  ffh_function *open = add_function(f, "store_open", call_create);
  add_slot(f, open, "path", FFH_KIND_PATH, 1, 0);
  if (variant == FFH_FIXTURE_GROWN) {
    add_slot(f, open, "mode", FFH_KIND_INT, 4, FFH_SLOT_SIGNED)->hi = 9;
  }
  add_handle(f, open, "options", FFH_FIXTURE_OPTIONS, FFH_SLOT_NULLABLE);
  add_error(f, open);
  add_result(f, open, FFH_KIND_HANDLE, FFH_FIXTURE_STORE);

  ffh_function *close = add_function(f, "store_close", call_destroy);
  add_handle(f, close, "store", FFH_FIXTURE_STORE, FFH_SLOT_CONSUMES | FFH_SLOT_NULLABLE);
  rejects(close, FORM(HAS_CHILDREN));

  if (variant == FFH_FIXTURE_GROWN) {
    ffh_function *more = add_function(f, "store_compact", call_void);
    add_handle(f, more, "store", FFH_FIXTURE_STORE, 0);
  }
  ffh_function *put = add_function(f, "store_put", call_status);
  add_handle(f, put, "store", FFH_FIXTURE_STORE, 0);
  ffh_slot *key = add_bytes(f, put, "key", "key_len", 0, 64);
  key->dict = keys;
  key->n_dict = 3;
  if (variant != FFH_FIXTURE_SHRUNK) {
    add_bytes(f, put, "value", "value_len", FFH_SLOT_NULLABLE, 65536);
  }
  add_error(f, put);

  ffh_function *get = add_function(f, "store_get", call_text);
  add_handle(f, get, "store", FFH_FIXTURE_STORE, 0);
  add_bytes(f, get, "key", "key_len", 0, 0);
  ffh_slot *size = add_slot(f, get, "size", FFH_KIND_WRITTEN, 8, FFH_SLOT_INDIRECT);
  size->direction = FFH_DIR_OUT;
  size->partner = (uint16_t)(get->n_slots);
  add_result(f, get, FFH_KIND_OWNED, FFH_FIXTURE_MEMORY);
  rejects(get, FORM(NULL) | FORM(STALE) | FORM(WRONG_TYPE));

  ffh_function *release = add_function(f, "fixture_free", call_destroy);
  add_handle(f, release, "memory", FFH_FIXTURE_MEMORY, FFH_SLOT_CONSUMES | FFH_SLOT_NULLABLE);
  release->flags = FFH_FN_FREES;

  ffh_function *name = add_function(f, "store_name", call_void);
  add_handle(f, name, "store", FFH_FIXTURE_STORE, 0);
  add_result(f, name, FFH_KIND_VIEW, FFH_NONE);
}

static void add_cursors(fixture *f) {
  ffh_function *new = add_function(f, "cursor_new", call_status);
  add_handle(f, new, "store", FFH_FIXTURE_STORE, 0);
  add_handle(f, new, "out", FFH_FIXTURE_CURSOR, FFH_SLOT_CREATES);
  add_status(f, new);
  new->child_of = 0;
  rejects(new, FORM(NULL) | FORM(STALE) | FORM(WRONG_TYPE));

  ffh_function *move = add_function(f, "cursor_move", call_status);
  add_handle(f, move, "cursor", FFH_FIXTURE_CURSOR, 0);
  ffh_slot *delta = add_slot(f, move, "delta", FFH_KIND_INT, 8, FFH_SLOT_SIGNED);
  delta->lo = -5;
  delta->hi = 5;
  ffh_slot *tier = add_slot(f, move, "tier", FFH_KIND_ENUM, 4, FFH_SLOT_SIGNED);
  tier->enumerators = tiers;
  tier->enumerator_names = tier_names;
  tier->n_enumerators = 3;
  ffh_slot *flags = add_slot(f, move, "flags", FFH_KIND_FLAGS, 4, 0);
  flags->enumerators = flag_bits;
  flags->enumerator_names = flag_names;
  flags->n_enumerators = 3;
  add_slot(f, move, "wrap", FFH_KIND_BOOL, 1, 0);
  add_slot(f, move, "weight", FFH_KIND_FLOAT, 8, 0);
  add_status(f, move);
  rejects(move, FORM(NULL) | FORM(BAD_ENUM) | FORM(WRONG_THREAD) | FORM(STALE));

  ffh_function *close = add_function(f, "cursor_close", call_destroy);
  add_handle(f, close, "cursor", FFH_FIXTURE_CURSOR, FFH_SLOT_CONSUMES);
  ffh_function *give = add_function(f, "cursor_give", call_void);
  add_handle(f, give, "cursor", FFH_FIXTURE_CURSOR, FFH_SLOT_HANDOVER);
  ffh_function *swap = add_function(f, "cursor_swap", call_void);
  add_handle(f, swap, "a", FFH_FIXTURE_CURSOR, 0);
  add_handle(f, swap, "b", FFH_FIXTURE_CURSOR, 0);
}

static void add_jobs(fixture *f) {
  ffh_function *start = add_function(f, "job_start", call_create);
  add_handle(f, start, "store", FFH_FIXTURE_STORE, 0);
  add_slot(f, start, "done", FFH_KIND_CALLBACK, 8, FFH_SLOT_NULLABLE)->callback = &event_callback;
  add_slot(f, start, "state", FFH_KIND_USERDATA, 8, 0);
  add_result(f, start, FFH_KIND_HANDLE, FFH_FIXTURE_JOB);
  start->dies_with = 0;
  start->error_kind = FFH_ERROR_BY_NULL;
  ffh_function *wait = add_function(f, "job_wait", call_void);
  add_handle(f, wait, "job", FFH_FIXTURE_JOB, 0)->needs = 0;
  rejects(wait, FORM(WRONG_STATE));
  ffh_function *cancel = add_function(f, "job_cancel", call_destroy);
  add_handle(f, cancel, "job", FFH_FIXTURE_JOB, FFH_SLOT_CONSUMES_ON_SUCCESS);
  cancel->threading = FFH_THREADING_SHARED;

  ffh_function *new_widget = add_function(f, "widget_new", call_create);
  add_result(f, new_widget, FFH_KIND_HANDLE, FFH_FIXTURE_WIDGET);
  ffh_function *set = add_function(f, "widget_set", call_status);
  add_handle(f, set, "widget", FFH_FIXTURE_WIDGET, 0);
  ffh_slot *title = add_slot(f, set, "title", FFH_KIND_TEXT, 1, FFH_SLOT_UTF8);
  title->hi = 32;
  title->dict = titles;
  title->n_dict = 2;
  add_status(f, set);
  rejects(set, FORM(BAD_UTF8) | FORM(NULL) | FORM(OVERSIZED) | FORM(WRONG_THREAD));
  ffh_function *drop = add_function(f, "widget_delete", call_destroy);
  add_handle(f, drop, "widget", FFH_FIXTURE_WIDGET, FFH_SLOT_CONSUMES);
  ffh_function *new_window = add_function(f, "window_new", call_create);
  add_result(f, new_window, FFH_KIND_HANDLE, FFH_FIXTURE_WINDOW);
  ffh_function *shut = add_function(f, "window_close", call_destroy);
  add_handle(f, shut, "window", FFH_FIXTURE_WINDOW, FFH_SLOT_CONSUMES);
  ffh_function *both = add_function(f, "window_host", call_void);
  add_handle(f, both, "window", FFH_FIXTURE_WINDOW, 0);
  add_handle(f, both, "cursor", FFH_FIXTURE_CURSOR, 0);
}

static void add_snapshots(fixture *f, ffh_fixture_variant variant) {
  if (variant != FFH_FIXTURE_SHRUNK) {
    ffh_function *new = add_function(f, "snapshot_new", call_create);
    add_handle(f, new, "store", FFH_FIXTURE_STORE, 0);
    add_result(f, new, FFH_KIND_HANDLE, FFH_FIXTURE_SNAPSHOT);
    new->child_of = 0;
  }
  ffh_function *release = add_function(f, "snapshot_release", call_void);
  add_handle(f, release, "store", FFH_FIXTURE_STORE, 0)->parent_of = 1;
  add_handle(f, release, "snapshot", FFH_FIXTURE_SNAPSHOT, FFH_SLOT_CONSUMES);
  ffh_function *new_options = add_function(f, "options_new", call_create);
  add_result(f, new_options, FFH_KIND_HANDLE, FFH_FIXTURE_OPTIONS);
  ffh_function *retain = add_function(f, "options_retain", call_void);
  add_handle(f, retain, "options", FFH_FIXTURE_OPTIONS, FFH_SLOT_RETAINS);
  ffh_function *put_back = add_function(f, "options_release", call_void);
  add_handle(f, put_back, "options", FFH_FIXTURE_OPTIONS, FFH_SLOT_RELEASES);
  ffh_function *orphan = add_function(f, "orphan_use", call_void);
  add_handle(f, orphan, "orphan", FFH_FIXTURE_ORPHAN, 0);
}

static void add_request(fixture *f) {
  ffh_function *ask = add_function(f, "request_send", call_status);
  add_handle(f, ask, "store", FFH_FIXTURE_STORE, 0);
  add_slot(f, ask, "request", FFH_KIND_STRUCT, 64, FFH_SLOT_CONST);
  uint16_t request = last(ask);
  add_field(f, ask, request, "size", FFH_KIND_CONST, 0, 4, FFH_SLOT_STRUCT_SIZE)->lo = 64;
  ffh_slot *region = add_field(f, ask, request, "region", FFH_KIND_INT, 4, 4, FFH_SLOT_SIGNED);
  region->lo = 1;
  region->hi = 100;
  region->dict = regions;
  region->n_dict = 2;
  ffh_slot *tier = add_field(f, ask, request, "tier", FFH_KIND_ENUM, 8, 4, 0);
  tier->enumerators = tiers;
  tier->enumerator_names = tier_names;
  tier->n_enumerators = 3;
  add_field(f, ask, request, "coupon", FFH_KIND_TEXT, 16, 1, FFH_SLOT_UTF8 | FFH_SLOT_NULLABLE)
      ->hi = 16;
  add_field(f, ask, request, "at", FFH_KIND_STRUCT, 24, 8, FFH_SLOT_BY_VALUE);
  uint16_t point = last(ask);
  add_field(f, ask, point, "x", FFH_KIND_FLOAT, 0, 4, 0);
  add_field(f, ask, point, "y", FFH_KIND_FLOAT, 4, 4, 0);
  ffh_slot *blob = add_field(f, ask, request, "blob", FFH_KIND_BYTES, 32, 1, 0);
  blob->hi = 128;
  blob->partner = ask->n_slots;
  add_field(f, ask, request, "blob_len", FFH_KIND_LENGTH, 40, 4, 0)->partner =
      (uint16_t)(last(ask) - 1);
  add_slot(f, ask, "response", FFH_KIND_STRUCT, 16, FFH_SLOT_ON_SUCCESS)->direction = FFH_DIR_OUT;
  uint16_t response = last(ask);
  add_field(f, ask, response, "price", FFH_KIND_INT, 0, 4, 0)->direction = FFH_DIR_OUT;
  ffh_slot *note = add_field(f, ask, response, "note", FFH_KIND_OWNED, 8, 8, 0);
  note->direction = FFH_DIR_OUT;
  note->handle_type = FFH_FIXTURE_MEMORY;
  add_slot(f, ask, "extra", FFH_KIND_STRUCT, 8, FFH_SLOT_NULLABLE);
  uint16_t extra = last(ask);
  add_field(f, ask, extra, "depth", FFH_KIND_INT, 0, 2, 0);
  add_field(f, ask, extra, "verbose", FFH_KIND_BOOL, 2, 1, 0);
  add_status(f, ask);
  rejects(ask, FORM(NULL) | FORM(STALE) | FORM(BAD_ENUM) | FORM(BAD_UTF8) | FORM(LENGTH_MISMATCH) |
                   FORM(OVERSIZED) | FORM(BAD_VERSION));
}

static void add_arrays(fixture *f) {
  ffh_function *bulk = add_function(f, "bulk_load", call_status);
  add_handle(f, bulk, "store", FFH_FIXTURE_STORE, 0);
  ffh_slot *rows = add_slot(f, bulk, "rows", FFH_KIND_ARRAY, 16, 0);
  uint16_t array = last(bulk);
  rows->elem_kind = FFH_KIND_STRUCT;
  rows->hi = 100;
  rows->partner = 6;
  add_field(f, bulk, array, "id", FFH_KIND_INT, 0, 4, 0)->hi = 9;
  add_field(f, bulk, array, "on", FFH_KIND_BOOL, 4, 1, 0);
  add_field(f, bulk, array, "weight", FFH_KIND_FLOAT, 8, 8, 0);
  ffh_slot *prices = add_slot(f, bulk, "prices", FFH_KIND_ARRAY, 4, 0);
  prices->elem_kind = FFH_KIND_INT;
  prices->hi = 50;
  prices->partner = 6;
  add_slot(f, bulk, "count", FFH_KIND_LENGTH, 4, 0)->partner = array;
  add_status(f, bulk);
  rejects(bulk, FORM(NULL) | FORM(OVERSIZED));

  ffh_function *many = add_function(f, "store_put_many", call_status);
  add_handle(f, many, "store", FFH_FIXTURE_STORE, 0);
  ffh_slot *names = add_slot(f, many, "keys", FFH_KIND_STRINGS, 8, FFH_SLOT_UTF8);
  names->partner = 5;
  names->partner2 = 2;
  add_slot(f, many, "key_lens", FFH_KIND_LENGTHS, 8, 0)->partner = 1;
  ffh_slot *values = add_slot(f, many, "values", FFH_KIND_STRINGS, 8, FFH_SLOT_NULLABLE);
  values->partner = 5;
  values->partner2 = 4;
  add_slot(f, many, "value_lens", FFH_KIND_LENGTHS, 8, 0)->partner = 3;
  add_slot(f, many, "count", FFH_KIND_LENGTH, 8, 0)->partner = 1;
  add_status(f, many);

  ffh_function *read = add_function(f, "store_read", call_status);
  add_handle(f, read, "store", FFH_FIXTURE_STORE, 0);
  ffh_slot *buffer = add_slot(f, read, "buffer", FFH_KIND_BYTES, 1, 0);
  buffer->direction = FFH_DIR_OUT;
  buffer->hi = 256;
  buffer->partner = 2;
  ffh_slot *capacity = add_slot(f, read, "capacity", FFH_KIND_CAPACITY, 8, 0);
  capacity->hi = 256;
  capacity->partner = 1;
  ffh_slot *written = add_slot(f, read, "written", FFH_KIND_WRITTEN, 8, FFH_SLOT_INDIRECT);
  written->direction = FFH_DIR_OUT;
  written->partner = 1;
  add_status(f, read);
  rejects(read, FORM(NULL));

  ffh_function *bytes = add_function(f, "text_check", call_status);
  add_bytes(f, bytes, "text", "text_len", FFH_SLOT_UTF8, 0);
  add_status(f, bytes);
  rejects(bytes, FORM(NULL) | FORM(BAD_UTF8) | FORM(LENGTH_MISMATCH) | FORM(OVERSIZED));
}

static void add_numbers(fixture *f) {
  static const char *const names[] = {"i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64"};
  ffh_function *limits = add_function(f, "limits", call_void);
  for (unsigned i = 0; i < 8; i++) {
    add_slot(f, limits, names[i], FFH_KIND_INT, 1u << (i / 2), i % 2 == 0 ? FFH_SLOT_SIGNED : 0);
  }
  ffh_function *scale = add_function(f, "scale", call_void);
  add_slot(f, scale, "factor", FFH_KIND_FLOAT, 8, FFH_SLOT_INDIRECT)->direction = FFH_DIR_INOUT;
  add_slot(f, scale, "", FFH_KIND_INT, 4, FFH_SLOT_SIGNED);
  add_slot(f, scale, "steps", FFH_KIND_INT, 4, FFH_SLOT_INDIRECT)->direction = FFH_DIR_OUT;
  ffh_function *pump = add_function(f, "main_pump", call_void);
  add_handle(f, pump, "store", FFH_FIXTURE_STORE, 0);
  pump->threading = FFH_THREADING_ROLE;
  add_function(f, "disk_full", call_void)->flags = FFH_FN_DISTURBS;
  add_function(f, "legacy_poke", NULL)->flags = FFH_FN_LEGACY;
  ffh_function *excluded = add_function(f, "secret", NULL);
  excluded->flags = FFH_FN_EXCLUDED;
  excluded->excluded = "not for callers";
  add_function(f, "fixture_init", call_void)->flags = FFH_FN_INIT;
  add_function(f, "fixture_fini", call_void)->flags = FFH_FN_FINI;
}

/* What survives an allocation that fails. */
static void set_failing(fixture *f) {
  static const char *const names[] = {"store_open", "store_put", "scale", "text_check"};
  for (unsigned i = 0; i < f->target.n_functions; i++) {
    for (unsigned k = 0; k < sizeof names / sizeof names[0]; k++) {
      if (strcmp(f->functions[i].name, names[k]) == 0) {
        f->functions[i].flags |= FFH_FN_NO_MEMORY;
      }
    }
  }
}

static void set_type(fixture *f, unsigned type, const char *name, ffh_threading threading,
                     const char *creator, const char *destroy) {
  f->types[type] = (ffh_handle_type){
      .name = name,
      .id = ffh_id(name),
      .threading = (uint8_t)threading,
      .role = threading == FFH_THREADING_ROLE && type == FFH_FIXTURE_WIDGET,
      .is_memory = type == FFH_FIXTURE_MEMORY,
      .destroy_fn = destroy == NULL ? FFH_NONE : ffh_fixture_function(&f->target, destroy),
      .creator_fn = creator == NULL ? FFH_NONE : ffh_fixture_function(&f->target, creator),
      .line = type};
}

static void build(fixture *f, ffh_fixture_variant variant) {
  f->target = (ffh_target){.abi = FFH_TARGET_ABI,
                           .id = ffh_id("fixture"),
                           .name = "fixture",
                           .contract = "harness/tests/unit/fixture_target.c",
                           .handle_types = f->types,
                           .functions = f->functions,
                           .roles = roles,
                           .states = states,
                           .n_handle_types = FFH_FIXTURE_TYPES,
                           .n_roles = 2,
                           .n_states = 2};
  add_stores(f, variant);
  add_cursors(f);
  add_jobs(f);
  add_snapshots(f, variant);
  add_request(f);
  add_arrays(f);
  add_numbers(f);
  set_type(f, FFH_FIXTURE_STORE, "store", FFH_THREADING_SHARED, "store_open", "store_close");
  set_type(f, FFH_FIXTURE_CURSOR, "cursor", FFH_THREADING_CONFINED, "cursor_new", "cursor_close");
  set_type(f, FFH_FIXTURE_JOB, "job", FFH_THREADING_SERIAL, "job_start", "job_cancel");
  set_type(f, FFH_FIXTURE_WIDGET, "widget", FFH_THREADING_ROLE, "widget_new", "widget_delete");
  set_type(f, FFH_FIXTURE_WINDOW, "window", FFH_THREADING_ROLE, "window_new", "window_close");
  set_type(f, FFH_FIXTURE_MEMORY, "memory:fixture_free", FFH_THREADING_SHARED, "store_get",
           "fixture_free");
  set_type(f, FFH_FIXTURE_SNAPSHOT, "snapshot", FFH_THREADING_SHARED, "snapshot_new",
           "snapshot_release");
  set_type(f, FFH_FIXTURE_OPTIONS, "options", FFH_THREADING_SHARED, "options_new",
           "options_release");
  set_type(f, FFH_FIXTURE_ORPHAN, "orphan", FFH_THREADING_SHARED, NULL, NULL);
  set_failing(f);
  f->built = true;
}

const ffh_target *ffh_fixture_variant_of(ffh_fixture_variant variant) {
  fixture *f = &fixtures[variant];
  if (!f->built) {
    build(f, variant);
  }
  return &f->target;
}

const ffh_target *ffh_fixture_target(void) {
  return ffh_fixture_variant_of(FFH_FIXTURE_PLAIN);
}

uint16_t ffh_fixture_function(const ffh_target *target, const char *name) {
  for (uint16_t i = 0; i < target->n_functions; i++) {
    if (strcmp(target->functions[i].name, name) == 0) {
      return i;
    }
  }
  return FFH_NONE;
}

uint16_t ffh_fixture_slot(const ffh_function *function, const char *name) {
  for (uint16_t i = 0; i < function->n_slots; i++) {
    if (strcmp(function->slots[i].name, name) == 0) {
      return i;
    }
  }
  return FFH_NONE;
}
