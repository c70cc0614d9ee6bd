/* One call under construction: a function, its slots, a value for each, and the frame in which the
 * stages of the boundary see it. For tests that feed a stage directly, without a plan. */
#ifndef FFH_FIXTURE_CASE_H
#define FFH_FIXTURE_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/asan.h"
#include "boundary/frame.h"

/* Handle types of every case. */
enum {
  FFH_CASE_SHARED,
  FFH_CASE_SERIAL,
  FFH_CASE_CONFINED,
  FFH_CASE_MEMORY, /* ended by function FFH_CASE_RELEASE */
  FFH_CASE_TYPES
};

/* Functions of every case. */
enum {
  FFH_CASE_SUBJECT,   /* the one under construction */
  FFH_CASE_RELEASE,   /* counts in `released`; frees nothing */
  FFH_CASE_PREDICATE, /* gives `predicate`, notes its argument in `asked` */
  FFH_CASE_FUNCTIONS
};

typedef struct ffh_case {
  ffh_target target;
  ffh_handle_type types[FFH_CASE_TYPES];
  ffh_function functions[FFH_CASE_FUNCTIONS];
  ffh_function *function; /* the subject */
  ffh_slot slots[FFH_MAX_SLOTS];
  ffh_slot handle_slot; /* of the other two functions */
  ffh_value values[FFH_MAX_SLOTS];
  void *memory[FFH_MAX_SLOTS]; /* what out parameters point to */
  ffh_call call;
  ffh_frame frame;
} ffh_case;

/* What the release function was last given, and how often it was called; what the predicate says.
 */
typedef struct ffh_case_library {
  void *released;
  unsigned releases;
  void *asked;
  uint64_t predicate;
} ffh_case_library;

extern ffh_case_library ffh_case_calls;

/* An empty case with an arena, `n_variables` unborn handles and call index 0 on lane 0. The one
 * case is static and the same every time. */
ffh_case *ffh_case_begin(uint16_t n_variables);

/* Adds a parameter, a field of `parent`, or the result, with every index FFH_NONE and no value. */
ffh_slot *ffh_case_param(ffh_case *c, const char *name, ffh_kind kind, uint32_t size);
ffh_slot *ffh_case_field(ffh_case *c, uint16_t parent, const char *name, ffh_kind kind,
                         uint32_t offset, uint32_t size);
ffh_slot *ffh_case_result(ffh_case *c, ffh_kind kind, uint32_t size);
/* A handle parameter that names `variable`. */
ffh_slot *ffh_case_handle(ffh_case *c, unsigned type, uint16_t variable, unsigned flags);

/* The value of the slot last added, and its index. */
ffh_value *ffh_case_value(ffh_case *c);
uint16_t ffh_case_last(const ffh_case *c);

/* What the value of the slot last added points to; the caller's, and kept as long as the case. */
void ffh_case_bytes(ffh_case *c, const void *bytes, uint32_t size);

/* The slot last added delivers `pointer`, through memory of the case. */
void ffh_case_deliver(ffh_case *c, void *pointer);

/* Adds an error message by which the call fails: the one of `in` goes in, `after` comes out and is
 * what `defines` names. */
void ffh_case_message(ffh_case *c, uint16_t in, uint16_t defines, void *after);

/* The slot is what the call sends malformed. */
void ffh_case_malformed(ffh_case *c, uint16_t slot, ffh_form form);

/* NULL without AddressSanitizer. */
FFH_WEAK int __asan_address_is_poisoned(void const volatile *address);
/* Whether memory is red, and whether exactly `size` bytes are not: the byte before and the byte
 * behind are. Without AddressSanitizer nothing is red, and the test is skipped. */
bool ffh_case_is_poisoned(const void *at);
void ffh_case_expect_exact(const uint8_t *at, size_t size);

#endif
