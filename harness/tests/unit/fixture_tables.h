/* A target under construction, and the functions that describe the parts of the one in
 * fixture_target.h. */
#ifndef FFH_FIXTURE_TABLES_H
#define FFH_FIXTURE_TABLES_H

#include <stdbool.h>

#include "fixture_target.h"

enum { FFH_TABLES_SLOTS = 256, FFH_TABLES_FUNCTIONS = 64 };

typedef struct ffh_tables {
  ffh_target target;
  ffh_handle_type types[FFH_FIXTURE_TYPES];
  ffh_function functions[FFH_TABLES_FUNCTIONS];
  ffh_slot slots[FFH_TABLES_SLOTS];
  unsigned n_slots;
  bool built;
} ffh_tables;

/* The library: handles are blocks of one byte, memory is a copy of "text". */
void ffh_fixture_create(const ffh_word *args, ffh_word *result);
void ffh_fixture_destroy(const ffh_word *args, ffh_word *result);
void ffh_fixture_text(const ffh_word *args, ffh_word *result);
void ffh_fixture_succeed(const ffh_word *args, ffh_word *result);
void ffh_fixture_nothing(const ffh_word *args, ffh_word *result);

/* Each adds to the function that was added last; what it does not say of a slot is blank. */
ffh_function *ffh_tables_function(ffh_tables *f, const char *name,
                                  void (*call)(const ffh_word *, ffh_word *));
ffh_slot *ffh_tables_slot(ffh_tables *f, ffh_function *function, const char *name, ffh_kind kind,
                          uint32_t size, unsigned flags);
ffh_slot *ffh_tables_field(ffh_tables *f, ffh_function *function, uint16_t parent, const char *name,
                           ffh_kind kind, uint32_t offset, uint32_t size, unsigned flags);
ffh_slot *ffh_tables_handle(ffh_tables *f, ffh_function *function, const char *name, unsigned type,
                            unsigned flags);
void ffh_tables_result(ffh_tables *f, ffh_function *function, ffh_kind kind, unsigned type);
/* A result that is 0, or 1 to 3. */
void ffh_tables_status(ffh_tables *f, ffh_function *function);
/* A buffer and the length behind it. */
ffh_slot *ffh_tables_bytes(ffh_tables *f, ffh_function *function, const char *name,
                           const char *length, unsigned flags, int64_t cap);
void ffh_tables_error(ffh_tables *f, ffh_function *function);
/* The values of an enum. */
void ffh_tables_tier(ffh_slot *slot);
/* The index of the slot added last. */
uint16_t ffh_tables_last(const ffh_function *function);

#define FFH_FORM_BIT(form) (1u << FFH_FORM_##form)

/* fixture_objects.c */
void ffh_fixture_add_stores(ffh_tables *f, ffh_fixture_variant variant);
void ffh_fixture_add_cursors(ffh_tables *f);
void ffh_fixture_add_jobs(ffh_tables *f);
void ffh_fixture_add_snapshots(ffh_tables *f, ffh_fixture_variant variant);
/* fixture_values.c */
void ffh_fixture_add_request(ffh_tables *f);
void ffh_fixture_add_arrays(ffh_tables *f);
void ffh_fixture_add_numbers(ffh_tables *f);

#endif
