/* A hand-written target with every kind of slot, every threading policy and every malformed form,
 * for the unit tests of the stages that only read tables. */
#ifndef FFH_FIXTURE_TARGET_H
#define FFH_FIXTURE_TARGET_H

#include "ffh/target.h"

typedef enum ffh_fixture_variant {
  FFH_FIXTURE_PLAIN = 0,
  FFH_FIXTURE_GROWN,  /* a function more in the middle, a parameter more, others reordered */
  FFH_FIXTURE_SHRUNK, /* a creating function less, a parameter less */
  FFH_FIXTURE_VARIANTS
} ffh_fixture_variant;

/* Handle types, in table order. */
enum {
  FFH_FIXTURE_STORE,    /* shared */
  FFH_FIXTURE_CURSOR,   /* confined, child of a store */
  FFH_FIXTURE_JOB,      /* serial, dies with its store */
  FFH_FIXTURE_WIDGET,   /* role executor */
  FFH_FIXTURE_WINDOW,   /* role main */
  FFH_FIXTURE_MEMORY,   /* memory:fixture_free */
  FFH_FIXTURE_SNAPSHOT, /* child of a store */
  FFH_FIXTURE_OPTIONS,  /* reference counted */
  FFH_FIXTURE_ORPHAN,   /* nothing creates it */
  FFH_FIXTURE_TYPES
};

/* Static storage; the same pointer every time. */
const ffh_target *ffh_fixture_target(void);
const ffh_target *ffh_fixture_variant_of(ffh_fixture_variant variant);
/* The index of a function, or FFH_NONE. */
uint16_t ffh_fixture_function(const ffh_target *target, const char *name);
/* The index of a slot of a function, or FFH_NONE. */
uint16_t ffh_fixture_slot(const ffh_function *function, const char *name);

#endif
