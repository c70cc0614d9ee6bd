/* The functions of the fixture that are about handles. */
#include "fixture_tables.h"

static const int64_t flag_bits[] = {1, 2, 12};
static const char *const flag_names[] = {"FLAG_SYNC", "FLAG_FAST", "FLAG_BOTH"};
static const ffh_dict_entry keys[] = {{"key", 3, 0}, {"\0\xff", 2, 0}, {"", 0, 0}};
static const ffh_dict_entry titles[] = {{"title", 5, 0}, {"\xc3\xa9t\xc3\xa9", 5, 0}};

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

void ffh_fixture_add_stores(ffh_tables *f, ffh_fixture_variant variant) {
  ffh_function *open = ffh_tables_function(f, "store_open", ffh_fixture_create);
  ffh_tables_slot(f, open, "path", FFH_KIND_PATH, 1, 0);
  if (variant == FFH_FIXTURE_GROWN) {
    ffh_tables_slot(f, open, "mode", FFH_KIND_INT, 4, FFH_SLOT_SIGNED)->hi = 9;
  }
  ffh_tables_handle(f, open, "options", FFH_FIXTURE_OPTIONS, FFH_SLOT_NULLABLE);
  ffh_tables_error(f, open);
  ffh_tables_result(f, open, FFH_KIND_HANDLE, FFH_FIXTURE_STORE);

  ffh_function *close = ffh_tables_function(f, "store_close", ffh_fixture_destroy);
  ffh_tables_handle(f, close, "store", FFH_FIXTURE_STORE, FFH_SLOT_CONSUMES | FFH_SLOT_NULLABLE);
  close->rejects = FFH_FORM_BIT(HAS_CHILDREN);

  if (variant == FFH_FIXTURE_GROWN) {
    ffh_function *more = ffh_tables_function(f, "store_compact", ffh_fixture_nothing);
    ffh_tables_handle(f, more, "store", FFH_FIXTURE_STORE, 0);
  }
  ffh_function *put = ffh_tables_function(f, "store_put", ffh_fixture_succeed);
  ffh_tables_handle(f, put, "store", FFH_FIXTURE_STORE, 0);
  ffh_slot *key = ffh_tables_bytes(f, put, "key", "key_len", 0, 64);
  key->dict = keys;
  key->n_dict = 3;
  if (variant != FFH_FIXTURE_SHRUNK) {
    ffh_tables_bytes(f, put, "value", "value_len", FFH_SLOT_NULLABLE, 65536);
  }
  ffh_tables_error(f, put);

  ffh_function *get = ffh_tables_function(f, "store_get", ffh_fixture_text);
  ffh_tables_handle(f, get, "store", FFH_FIXTURE_STORE, 0);
  ffh_tables_bytes(f, get, "key", "key_len", 0, 0);
  ffh_slot *size = ffh_tables_slot(f, get, "size", FFH_KIND_WRITTEN, 8, FFH_SLOT_INDIRECT);
  size->direction = FFH_DIR_OUT;
  size->partner = (uint16_t)(get->n_slots);
  ffh_tables_result(f, get, FFH_KIND_OWNED, FFH_FIXTURE_MEMORY);
  get->rejects = FFH_FORM_BIT(NULL) | FFH_FORM_BIT(STALE) | FFH_FORM_BIT(WRONG_TYPE);

  ffh_function *release = ffh_tables_function(f, "fixture_free", ffh_fixture_destroy);
  ffh_tables_handle(f, release, "memory", FFH_FIXTURE_MEMORY,
                    FFH_SLOT_CONSUMES | FFH_SLOT_NULLABLE);
  release->flags = FFH_FN_FREES;

  ffh_function *name = ffh_tables_function(f, "store_name", ffh_fixture_nothing);
  ffh_tables_handle(f, name, "store", FFH_FIXTURE_STORE, 0);
  ffh_tables_result(f, name, FFH_KIND_VIEW, FFH_NONE);
}

void ffh_fixture_add_cursors(ffh_tables *f) {
  ffh_function *new = ffh_tables_function(f, "cursor_new", ffh_fixture_succeed);
  ffh_tables_handle(f, new, "store", FFH_FIXTURE_STORE, 0);
  ffh_tables_handle(f, new, "out", FFH_FIXTURE_CURSOR, FFH_SLOT_CREATES);
  ffh_tables_status(f, new);
  new->child_of = 0;
  new->rejects = FFH_FORM_BIT(NULL) | FFH_FORM_BIT(STALE) | FFH_FORM_BIT(WRONG_TYPE);

  ffh_function *move = ffh_tables_function(f, "cursor_move", ffh_fixture_succeed);
  ffh_tables_handle(f, move, "cursor", FFH_FIXTURE_CURSOR, 0);
  ffh_slot *delta = ffh_tables_slot(f, move, "delta", FFH_KIND_INT, 8, FFH_SLOT_SIGNED);
  delta->lo = -5;
  delta->hi = 5;
  ffh_slot *tier = ffh_tables_slot(f, move, "tier", FFH_KIND_ENUM, 4, FFH_SLOT_SIGNED);
  ffh_tables_tier(tier);
  ffh_slot *flags = ffh_tables_slot(f, move, "flags", FFH_KIND_FLAGS, 4, 0);
  flags->enumerators = flag_bits;
  flags->enumerator_names = flag_names;
  flags->n_enumerators = 3;
  ffh_tables_slot(f, move, "wrap", FFH_KIND_BOOL, 1, 0);
  ffh_tables_slot(f, move, "weight", FFH_KIND_FLOAT, 8, 0);
  ffh_tables_status(f, move);
  move->rejects = FFH_FORM_BIT(NULL) | FFH_FORM_BIT(BAD_ENUM) | FFH_FORM_BIT(WRONG_THREAD) |
                  FFH_FORM_BIT(STALE);

  ffh_function *close = ffh_tables_function(f, "cursor_close", ffh_fixture_destroy);
  ffh_tables_handle(f, close, "cursor", FFH_FIXTURE_CURSOR, FFH_SLOT_CONSUMES);
  ffh_function *give = ffh_tables_function(f, "cursor_give", ffh_fixture_nothing);
  ffh_tables_handle(f, give, "cursor", FFH_FIXTURE_CURSOR, FFH_SLOT_HANDOVER);
  ffh_function *swap = ffh_tables_function(f, "cursor_swap", ffh_fixture_nothing);
  ffh_tables_handle(f, swap, "a", FFH_FIXTURE_CURSOR, 0);
  ffh_tables_handle(f, swap, "b", FFH_FIXTURE_CURSOR, 0);
}

void ffh_fixture_add_jobs(ffh_tables *f) {
  ffh_function *start = ffh_tables_function(f, "job_start", ffh_fixture_create);
  ffh_tables_handle(f, start, "store", FFH_FIXTURE_STORE, 0);
  ffh_tables_slot(f, start, "done", FFH_KIND_CALLBACK, 8, FFH_SLOT_NULLABLE)->callback =
      &event_callback;
  ffh_tables_slot(f, start, "state", FFH_KIND_USERDATA, 8, 0);
  ffh_tables_result(f, start, FFH_KIND_HANDLE, FFH_FIXTURE_JOB);
  start->dies_with = 0;
  start->error_kind = FFH_ERROR_BY_NULL;
  ffh_function *wait = ffh_tables_function(f, "job_wait", ffh_fixture_nothing);
  ffh_tables_handle(f, wait, "job", FFH_FIXTURE_JOB, 0)->needs = 0;
  wait->rejects = FFH_FORM_BIT(WRONG_STATE);
  ffh_function *cancel = ffh_tables_function(f, "job_cancel", ffh_fixture_destroy);
  ffh_tables_handle(f, cancel, "job", FFH_FIXTURE_JOB, FFH_SLOT_CONSUMES_ON_SUCCESS);
  cancel->threading = FFH_THREADING_SHARED;

  ffh_function *new_widget = ffh_tables_function(f, "widget_new", ffh_fixture_create);
  ffh_tables_result(f, new_widget, FFH_KIND_HANDLE, FFH_FIXTURE_WIDGET);
  ffh_function *set = ffh_tables_function(f, "widget_set", ffh_fixture_succeed);
  ffh_tables_handle(f, set, "widget", FFH_FIXTURE_WIDGET, 0);
  ffh_slot *title = ffh_tables_slot(f, set, "title", FFH_KIND_TEXT, 1, FFH_SLOT_UTF8);
  title->hi = 32;
  title->dict = titles;
  title->n_dict = 2;
  ffh_tables_status(f, set);
  set->rejects = FFH_FORM_BIT(BAD_UTF8) | FFH_FORM_BIT(NULL) | FFH_FORM_BIT(OVERSIZED) |
                 FFH_FORM_BIT(WRONG_THREAD);
  ffh_function *drop = ffh_tables_function(f, "widget_delete", ffh_fixture_destroy);
  ffh_tables_handle(f, drop, "widget", FFH_FIXTURE_WIDGET, FFH_SLOT_CONSUMES);
  ffh_function *new_window = ffh_tables_function(f, "window_new", ffh_fixture_create);
  ffh_tables_result(f, new_window, FFH_KIND_HANDLE, FFH_FIXTURE_WINDOW);
  ffh_function *shut = ffh_tables_function(f, "window_close", ffh_fixture_destroy);
  ffh_tables_handle(f, shut, "window", FFH_FIXTURE_WINDOW, FFH_SLOT_CONSUMES);
  ffh_function *both = ffh_tables_function(f, "window_host", ffh_fixture_nothing);
  ffh_tables_handle(f, both, "window", FFH_FIXTURE_WINDOW, 0);
  ffh_tables_handle(f, both, "cursor", FFH_FIXTURE_CURSOR, 0);
}

void ffh_fixture_add_snapshots(ffh_tables *f, ffh_fixture_variant variant) {
  if (variant != FFH_FIXTURE_SHRUNK) {
    ffh_function *new = ffh_tables_function(f, "snapshot_new", ffh_fixture_create);
    ffh_tables_handle(f, new, "store", FFH_FIXTURE_STORE, 0);
    ffh_tables_result(f, new, FFH_KIND_HANDLE, FFH_FIXTURE_SNAPSHOT);
    new->child_of = 0;
  }
  ffh_function *release = ffh_tables_function(f, "snapshot_release", ffh_fixture_nothing);
  ffh_tables_handle(f, release, "store", FFH_FIXTURE_STORE, 0)->parent_of = 1;
  ffh_tables_handle(f, release, "snapshot", FFH_FIXTURE_SNAPSHOT, FFH_SLOT_CONSUMES);
  ffh_function *new_options = ffh_tables_function(f, "options_new", ffh_fixture_create);
  ffh_tables_result(f, new_options, FFH_KIND_HANDLE, FFH_FIXTURE_OPTIONS);
  ffh_function *retain = ffh_tables_function(f, "options_retain", ffh_fixture_nothing);
  ffh_tables_handle(f, retain, "options", FFH_FIXTURE_OPTIONS, FFH_SLOT_RETAINS);
  ffh_function *put_back = ffh_tables_function(f, "options_release", ffh_fixture_nothing);
  ffh_tables_handle(f, put_back, "options", FFH_FIXTURE_OPTIONS, FFH_SLOT_RELEASES);
  ffh_function *orphan = ffh_tables_function(f, "orphan_use", ffh_fixture_nothing);
  ffh_tables_handle(f, orphan, "orphan", FFH_FIXTURE_ORPHAN, 0);
}
