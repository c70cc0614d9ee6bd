/* The functions of the fixture that are about values: structs, arrays, buffers, numbers. */
#include "fixture_tables.h"

static const ffh_dict_entry regions[] = {{NULL, 0, 42}, {NULL, 0, 7}};

void ffh_fixture_add_request(ffh_tables *f) {
  ffh_function *ask = ffh_tables_function(f, "request_send", ffh_fixture_succeed);
  ffh_tables_handle(f, ask, "store", FFH_FIXTURE_STORE, 0);
  ffh_tables_slot(f, ask, "request", FFH_KIND_STRUCT, 64, FFH_SLOT_CONST);
  uint16_t request = ffh_tables_last(ask);
  ffh_tables_field(f, ask, request, "size", FFH_KIND_CONST, 0, 4, FFH_SLOT_STRUCT_SIZE)->lo = 64;
  ffh_slot *region =
      ffh_tables_field(f, ask, request, "region", FFH_KIND_INT, 4, 4, FFH_SLOT_SIGNED);
  region->lo = 1;
  region->hi = 100;
  region->dict = regions;
  region->n_dict = 2;
  ffh_slot *tier = ffh_tables_field(f, ask, request, "tier", FFH_KIND_ENUM, 8, 4, 0);
  ffh_tables_tier(tier);
  ffh_tables_field(f, ask, request, "coupon", FFH_KIND_TEXT, 16, 1,
                   FFH_SLOT_UTF8 | FFH_SLOT_NULLABLE)
      ->hi = 16;
  ffh_tables_field(f, ask, request, "at", FFH_KIND_STRUCT, 24, 8, FFH_SLOT_BY_VALUE);
  uint16_t point = ffh_tables_last(ask);
  ffh_tables_field(f, ask, point, "x", FFH_KIND_FLOAT, 0, 4, 0);
  ffh_tables_field(f, ask, point, "y", FFH_KIND_FLOAT, 4, 4, 0);
  ffh_slot *blob = ffh_tables_field(f, ask, request, "blob", FFH_KIND_BYTES, 32, 1, 0);
  blob->hi = 128;
  blob->partner = ask->n_slots;
  ffh_tables_field(f, ask, request, "blob_len", FFH_KIND_LENGTH, 40, 4, 0)->partner =
      (uint16_t)(ffh_tables_last(ask) - 1);
  ffh_tables_slot(f, ask, "response", FFH_KIND_STRUCT, 16, FFH_SLOT_ON_SUCCESS)->direction =
      FFH_DIR_OUT;
  uint16_t response = ffh_tables_last(ask);
  ffh_tables_field(f, ask, response, "price", FFH_KIND_INT, 0, 4, 0)->direction = FFH_DIR_OUT;
  ffh_slot *note = ffh_tables_field(f, ask, response, "note", FFH_KIND_OWNED, 8, 8, 0);
  note->direction = FFH_DIR_OUT;
  note->handle_type = FFH_FIXTURE_MEMORY;
  ffh_tables_slot(f, ask, "extra", FFH_KIND_STRUCT, 8, FFH_SLOT_NULLABLE);
  uint16_t extra = ffh_tables_last(ask);
  ffh_tables_field(f, ask, extra, "depth", FFH_KIND_INT, 0, 2, 0);
  ffh_tables_field(f, ask, extra, "verbose", FFH_KIND_BOOL, 2, 1, 0);
  ffh_tables_status(f, ask);
  ask->rejects = FFH_FORM_BIT(NULL) | FFH_FORM_BIT(STALE) | FFH_FORM_BIT(BAD_ENUM) |
                 FFH_FORM_BIT(BAD_UTF8) | FFH_FORM_BIT(LENGTH_MISMATCH) | FFH_FORM_BIT(OVERSIZED) |
                 FFH_FORM_BIT(BAD_VERSION);
}

void ffh_fixture_add_arrays(ffh_tables *f) {
  ffh_function *bulk = ffh_tables_function(f, "bulk_load", ffh_fixture_succeed);
  ffh_tables_handle(f, bulk, "store", FFH_FIXTURE_STORE, 0);
  ffh_slot *rows = ffh_tables_slot(f, bulk, "rows", FFH_KIND_ARRAY, 16, 0);
  uint16_t array = ffh_tables_last(bulk);
  rows->elem_kind = FFH_KIND_STRUCT;
  rows->hi = 100;
  rows->partner = 6;
  ffh_tables_field(f, bulk, array, "id", FFH_KIND_INT, 0, 4, 0)->hi = 9;
  ffh_tables_field(f, bulk, array, "on", FFH_KIND_BOOL, 4, 1, 0);
  ffh_tables_field(f, bulk, array, "weight", FFH_KIND_FLOAT, 8, 8, 0);
  ffh_slot *prices = ffh_tables_slot(f, bulk, "prices", FFH_KIND_ARRAY, 4, 0);
  prices->elem_kind = FFH_KIND_INT;
  prices->hi = 50;
  prices->partner = 6;
  ffh_tables_slot(f, bulk, "count", FFH_KIND_LENGTH, 4, 0)->partner = array;
  ffh_tables_status(f, bulk);
  bulk->rejects = FFH_FORM_BIT(NULL) | FFH_FORM_BIT(OVERSIZED);

  ffh_function *many = ffh_tables_function(f, "store_put_many", ffh_fixture_succeed);
  ffh_tables_handle(f, many, "store", FFH_FIXTURE_STORE, 0);
  ffh_slot *names = ffh_tables_slot(f, many, "keys", FFH_KIND_STRINGS, 8, FFH_SLOT_UTF8);
  names->partner = 5;
  names->partner2 = 2;
  ffh_tables_slot(f, many, "key_lens", FFH_KIND_LENGTHS, 8, 0)->partner = 1;
  ffh_slot *values = ffh_tables_slot(f, many, "values", FFH_KIND_STRINGS, 8, FFH_SLOT_NULLABLE);
  values->partner = 5;
  values->partner2 = 4;
  ffh_tables_slot(f, many, "value_lens", FFH_KIND_LENGTHS, 8, 0)->partner = 3;
  ffh_tables_slot(f, many, "count", FFH_KIND_LENGTH, 8, 0)->partner = 1;
  ffh_tables_status(f, many);

  ffh_function *read = ffh_tables_function(f, "store_read", ffh_fixture_succeed);
  ffh_tables_handle(f, read, "store", FFH_FIXTURE_STORE, 0);
  ffh_slot *buffer = ffh_tables_slot(f, read, "buffer", FFH_KIND_BYTES, 1, 0);
  buffer->direction = FFH_DIR_OUT;
  buffer->hi = 256;
  buffer->partner = 2;
  ffh_slot *capacity = ffh_tables_slot(f, read, "capacity", FFH_KIND_CAPACITY, 8, 0);
  capacity->hi = 256;
  capacity->partner = 1;
  ffh_slot *written = ffh_tables_slot(f, read, "written", FFH_KIND_WRITTEN, 8, FFH_SLOT_INDIRECT);
  written->direction = FFH_DIR_OUT;
  written->partner = 1;
  ffh_tables_status(f, read);
  read->rejects = FFH_FORM_BIT(NULL);

  ffh_function *bytes = ffh_tables_function(f, "text_check", ffh_fixture_succeed);
  ffh_tables_bytes(f, bytes, "text", "text_len", FFH_SLOT_UTF8, 0);
  ffh_tables_status(f, bytes);
  bytes->rejects = FFH_FORM_BIT(NULL) | FFH_FORM_BIT(BAD_UTF8) | FFH_FORM_BIT(LENGTH_MISMATCH) |
                   FFH_FORM_BIT(OVERSIZED);
}

void ffh_fixture_add_numbers(ffh_tables *f) {
  static const char *const names[] = {"i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64"};
  ffh_function *limits = ffh_tables_function(f, "limits", ffh_fixture_nothing);
  for (unsigned i = 0; i < 8; i++) {
    ffh_tables_slot(f, limits, names[i], FFH_KIND_INT, 1u << (i / 2),
                    i % 2 == 0 ? FFH_SLOT_SIGNED : 0);
  }
  ffh_function *scale = ffh_tables_function(f, "scale", ffh_fixture_nothing);
  ffh_tables_slot(f, scale, "factor", FFH_KIND_FLOAT, 8, FFH_SLOT_INDIRECT)->direction =
      FFH_DIR_INOUT;
  ffh_tables_slot(f, scale, "", FFH_KIND_INT, 4, FFH_SLOT_SIGNED);
  ffh_tables_slot(f, scale, "steps", FFH_KIND_INT, 4, FFH_SLOT_INDIRECT)->direction = FFH_DIR_OUT;
  ffh_function *pump = ffh_tables_function(f, "main_pump", ffh_fixture_nothing);
  ffh_tables_handle(f, pump, "store", FFH_FIXTURE_STORE, 0);
  pump->threading = FFH_THREADING_ROLE;
  ffh_tables_function(f, "disk_full", ffh_fixture_nothing)->flags = FFH_FN_DISTURBS;
  ffh_tables_function(f, "legacy_poke", NULL)->flags = FFH_FN_LEGACY;
  ffh_function *excluded = ffh_tables_function(f, "secret", NULL);
  excluded->flags = FFH_FN_EXCLUDED;
  excluded->excluded = "not for callers";
  ffh_tables_function(f, "fixture_init", ffh_fixture_nothing)->flags = FFH_FN_INIT;
  ffh_tables_function(f, "fixture_fini", ffh_fixture_nothing)->flags = FFH_FN_FINI;
}
