/* Inside the mutator: a plan is changed by building it again, call by call, with something else at
 * one place. References follow through the variable map, and the builder keeps it valid. */
#ifndef FFH_PLAN_EDIT_H
#define FFH_PLAN_EDIT_H

#include "base/prng.h"
#include "plan/build.h"

typedef enum ffh_mutation {
  FFH_MUTATE_INSERT = 0,
  FFH_MUTATE_DELETE,
  FFH_MUTATE_DUPLICATE,
  FFH_MUTATE_SWAP,
  FFH_MUTATE_LANE,
  FFH_MUTATE_NUMBER,
  FFH_MUTATE_BYTES,
  FFH_MUTATE_HANDLE,
  FFH_MUTATE_NULL,
  FFH_MUTATE_MALFORM,
  FFH_MUTATE_FAIL,   /* another allocation of a call fails, or none */
  FFH_MUTATE_AGAIN,  /* end and start the library first, or no longer */
  FFH_MUTATE_REFORM, /* malformed back to well-formed */
  FFH_MUTATE_SEED,
  FFH_MUTATE_POLICY,
  FFH_MUTATE_STICKINESS,
  FFH_MUTATE_DEPTH,
  FFH_MUTATE_SWITCH,
  FFH_MUTATE_LANES,
  FFH_MUTATE_SPLICE,
  FFH_MUTATE_TEARDOWN,
  FFH_MUTATE_HAMMER,
  FFH_MUTATE_GENERATE,
  FFH_MUTATION_COUNT
} ffh_mutation;

typedef struct ffh_edit {
  const ffh_plan *from;
  ffh_build *build;
  ffh_prng *prng;
  unsigned lanes; /* how many the new plan may use */
  unsigned granularity;
  uint32_t (*points_of)(uint16_t function); /* as in ffh_mutate_options */
  ffh_mutate_bytes mutate_bytes;
  uint16_t map[FFH_MAX_HANDLES]; /* variables of `from` in the new plan */
  ffh_wish wishes[FFH_MAX_SLOTS];
  uint32_t n_scratch;
  uint8_t scratch[FFH_MAX_PLAN_BYTES / 4]; /* new bytes of wishes */
} ffh_edit;

/* ---- edit.c ---- */

uint32_t ffh_edit_below(ffh_edit *edit, uint32_t bound); /* 0 for 0 */
/* The wishes that repeat a call, through a variable map (old -> new). */
void ffh_wish_call(const ffh_plan *plan, const ffh_call *call, const uint16_t *map,
                   ffh_wish *wishes);
/* An empty plan with the old schedule. */
void ffh_edit_begin(ffh_edit *edit, const ffh_plan *from, ffh_plan *to);
/* Repeats calls [first, end) of the old plan; `lane` -1 keeps their lanes. */
void ffh_edit_copy(ffh_edit *edit, unsigned first, unsigned end, int lane);
/* Repeats one call with the wishes as they are now. */
bool ffh_edit_put(ffh_edit *edit, unsigned call, unsigned lane);
/* Ends a variable of the new plan. False when nothing destroys it. */
bool ffh_edit_destroy(ffh_edit *edit, uint16_t variable, unsigned lane);

/* ---- generate.c ---- */

/* A random value for the slot. */
void ffh_generate_wish(ffh_edit *edit, const ffh_function *function, unsigned slot, ffh_wish *wish);
/* Makes the value one that the contract promises to reject, where it promises any. */
bool ffh_generate_malformed(ffh_edit *edit, const ffh_function *function, ffh_wish *wishes);
/* Appends a call with what it needs: of the functions used least, or that use what is there. */
bool ffh_generate_call(ffh_edit *edit);
/* An allocation that is to fail, mostly one of the first. */
uint32_t ffh_generate_fail(ffh_edit *edit);
/* Bytes changed by the engine's mutator or our own. */
void ffh_generate_bytes(ffh_edit *edit, const ffh_function *function, unsigned slot,
                        const ffh_value *value, ffh_wish *wish);

/* ---- mutate_schedule.c ---- */

/* A new schedule for the plan that is being built. */
void ffh_generate_schedule(ffh_edit *edit);
/* One of the mutations of the schedule. */
bool ffh_mutate_schedule(ffh_edit *edit, ffh_mutation what);
/* Says in the schedule how many points the calls will pass, where its policy asks and it is known.
 */
void ffh_edit_estimate(const ffh_edit *edit, ffh_plan *plan);

/* ---- mutate.c ---- */

/* How often each mutation was applied since the process started; for the tests. */
const uint64_t *ffh_mutation_counts(void);

#endif
