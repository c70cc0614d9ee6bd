/* A plan is one whole multi-threaded program and its schedule, decoded from one input.
 *
 * Calls stand in plan order. Each belongs to a lane; a lane runs its calls in plan order, and the
 * schedule interleaves the lanes. A call that creates a handle defines a variable; variables are
 * numbered in plan order (call by call, slot by slot), and a handle argument names a variable that
 * an earlier call defines. So the earliest unfinished call never waits for a later one.
 *
 * The arrays are fixed in size: a plan is allocated once (ffh_plan_new) and reused for every input.
 */
#ifndef FFH_PLAN_PLAN_H
#define FFH_PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "ffh/target.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FFH_NO_VARIABLE UINT16_C(0xffff)

/* What a value holds depends on its slot's kind:
 *   INT BOOL ENUM FLAGS CAPACITY   number
 *   FLOAT                          number: the bits of a double
 *   HANDLE (in)                    variable; FFH_NO_VARIABLE for NULL where nullable
 *   HANDLE OWNED (out or result)   variable: the one this slot defines
 *   BYTES ARRAY TEXT PATH (in)     bytes, size (TEXT and PATH without the NUL)
 *   STRINGS (in)                   bytes, size: the strings one after another, each behind its
 * length as two little-endian bytes; number: how many ERROR                          variable: an
 * error message handed in again, or FFH_NO_VARIABLE
 *                                  (`defines` is the variable that the message becomes)
 *   CALLBACK                       number: index of the implementation, or UINT64_MAX for NULL
 *   STRUCT                         is_null where nullable; its fields have values of their own
 * Every other kind is derived by the runtime and stays zero. `form` other than FFH_FORM_VALUE says
 * which malformed form is sent instead:
 *   NULL                nothing further
 *   STALE WRONG_TYPE WRONG_THREAD    variable
 *   BAD_ENUM            number
 *   BAD_UTF8            bytes, size
 *   LENGTH_MISMATCH OVERSIZED        number: the length that is declared */
typedef struct ffh_value {
  uint8_t form; /* ffh_form */
  uint8_t is_null;
  uint16_t variable;
  uint16_t defines;
  uint32_t size;
  uint64_t number;
  const uint8_t *bytes; /* into the plan's own storage */
} ffh_value;

typedef struct ffh_call {
  uint16_t function; /* index into ffh_target.functions */
  uint8_t lane;
  uint8_t malformed;    /* ffh_form of the call's one malformed value, FFH_FORM_VALUE for none */
  uint16_t first_value; /* values[first_value + slot] */
  uint16_t n_values;    /* the function's n_slots */
  uint16_t fail;        /* the allocation inside the call that fails, from 1; 0 for none */
} ffh_call;

/* A thread as a schedule names it: lanes are 0 to FFH_MAX_LANES - 1, and the n-th thread that the
 * library started in the input (from 0) is FFH_MAX_LANES + n. In the text: A, B, ... and T1, T2,
 * ... */
typedef uint8_t ffh_thread_name;

/* "When `step` points have been passed, run `thread` next if it can run." Which points count is the
 * schedule's granularity. */
typedef struct ffh_switch {
  uint32_t step;
  ffh_thread_name thread;
} ffh_switch;

/* What decides at a point who goes on; each is described in its sched/policy_*.c. */
typedef enum ffh_policy {
  FFH_POLICY_RANDOM = 0, /* random walk: stickiness */
  FFH_POLICY_PCT,        /* depth, length */
  FFH_POLICY_POS,
  FFH_POLICY_SURW,  /* length, weights */
  FFH_POLICY_FIXED, /* goes on while it can: only the switches preempt */
  FFH_POLICY_COUNT
} ffh_policy;

/* Where threads can be preempted. Each includes the ones before it. */
typedef enum ffh_granularity {
  FFH_GRANULARITY_CALLS = 0, /* between boundary calls, and where a thread blocks or yields */
  FFH_GRANULARITY_SYNC,      /* at each modelled operation: locks, waits, threads, clocks */
  FFH_GRANULARITY_MEMORY,    /* at each load, store and branch of instrumented code */
  FFH_GRANULARITY_COUNT
} ffh_granularity;

/* How many points a thread is expected to pass. */
typedef struct ffh_weight {
  ffh_thread_name thread;
  uint32_t points;
} ffh_weight;

typedef struct ffh_schedule {
  uint8_t policy;      /* ffh_policy */
  uint8_t granularity; /* ffh_granularity */
  uint8_t lanes;       /* 1 to FFH_MAX_LANES */
  uint8_t stickiness; /* random: a thread keeps running with probability 1 - 1/2^stickiness; at most
                         FFH_MAX_STICKINESS. 0 with another policy */
  uint8_t
      depth; /* PCT: one more than its change points; 1 to FFH_MAX_DEPTH. 0 with another policy */
  uint32_t seed;
  uint8_t warm;    /* 1: a replay first runs the plan once, unrecorded, so that what the library
                      does only once is behind it; inside a fuzzing process it is anyway */
  uint8_t exits;   /* 1: in a replay the process leaves by exit() after the last call, with whatever
                      is alive then; nothing is torn down. A fuzzing process tears down as ever */
  uint8_t again;   /* 1: the library is ended and started again before the first call; 0 where the
                      contract has not both FFH_INIT and FFH_FINI */
  uint32_t length; /* PCT, SURW: how many points the run is expected to pass; 0: not known */
  uint16_t n_weights;
  ffh_weight weights[FFH_MAX_WEIGHTS]; /* by ascending thread */
  uint16_t n_switches;
  ffh_switch switches[FFH_MAX_SWITCHES]; /* by ascending step, at most one a step */
} ffh_schedule;

/* Where a variable comes from. */
typedef struct ffh_variable {
  uint16_t call;
  uint16_t slot;
  uint16_t handle_type;
} ffh_variable;

typedef struct ffh_plan {
  const ffh_target *target;
  ffh_schedule schedule;
  uint16_t n_calls;
  uint16_t n_values;
  uint16_t n_variables;
  uint32_t n_bytes;
  uint16_t n_dropped; /* calls of the input that no longer exist in the contract, or did not fit */
  ffh_call calls[FFH_MAX_CALLS];
  ffh_value values[FFH_MAX_VALUES];
  ffh_variable variables[FFH_MAX_HANDLES];
  uint8_t bytes[FFH_MAX_PLAN_BYTES];
} ffh_plan;

static inline const ffh_function *ffh_plan_function(const ffh_plan *plan, const ffh_call *call) {
  return &plan->target->functions[call->function];
}

static inline const ffh_value *ffh_plan_values(const ffh_plan *plan, const ffh_call *call) {
  return &plan->values[call->first_value];
}

/* Memory for one plan, from mmap so that it is never part of the library's heap. Never NULL: stops
 * the process with FFH-INTERNAL when there is no memory. Any thread. */
ffh_plan *ffh_plan_new(void);

/* ---- decode.c: bytes -> plan ---- */

typedef enum ffh_decode_result {
  FFH_DECODE_OK = 0,       /* canonical, or raw bytes: any bytes are a plan */
  FFH_DECODE_OTHER_TARGET, /* a canonical file of another target; the plan is empty */
  FFH_DECODE_OTHER_VERSION /* a canonical file of another format version; the plan is empty */
} ffh_decode_result;

/* Total: every byte string decodes within the caps of limits.h, deterministically, into a plan that
 * ffh_plan_check accepts. No allocation. */
ffh_decode_result ffh_plan_decode(const ffh_target *target, const uint8_t *data, size_t size,
                                  ffh_plan *plan);

/* ---- encode.c: plan -> bytes ---- */

/* Writes the canonical form and returns its size, or 0 when it does not fit. Decoding it gives the
 * same plan. */
size_t ffh_plan_encode(const ffh_plan *plan, uint8_t *out, size_t capacity);

/* ---- text.c: plan <-> text ---- */

/* Returns the length without the NUL, or 0 when it does not fit. Async-signal-safe. */
size_t ffh_plan_print(const ffh_plan *plan, char *out, size_t capacity);
/* One call, as in its line of the text. Async-signal-safe. */
struct ffh_out;
void ffh_plan_print_call(const ffh_plan *plan, unsigned call, struct ffh_out *out);
/* The words that the text uses. Never NULL. */
const char *ffh_policy_name(unsigned policy);
const char *ffh_granularity_name(unsigned granularity);

typedef struct ffh_text_error {
  uint32_t line, column; /* from 1 */
  char message[256];     /* what is wrong and what to do */
} ffh_text_error;

/* False with *error set when the text is not a plan of this target. */
bool ffh_plan_parse(const ffh_target *target, const char *text, size_t size, ffh_plan *plan,
                    ffh_text_error *error);

/* ---- mutate.c ---- */

/* A libFuzzer-style byte mutator (LLVMFuzzerMutate), or NULL for the plan's own. */
typedef size_t (*ffh_mutate_bytes)(uint8_t *data, size_t size, size_t max_size);

/* What the mutator is to know of the runs that follow. All zero: the default lanes, `calls`. */
typedef struct ffh_mutate_options {
  unsigned lanes;              /* how many the mutated plan may use */
  ffh_granularity granularity; /* of new and of changed schedules */
  /* How many points of that granularity a call of the function passes on average; 0 counts as 1.
   * NULL: not known, so schedules state no length and no weights. */
  uint32_t (*points_of)(uint16_t function);
} ffh_mutate_options;

/* Mutates data in place at the level of calls, arguments, lanes and schedule and returns the new
 * size, at most max_size. The same arguments give the same bytes. Not reentrant. */
size_t ffh_plan_mutate(const ffh_target *target, uint8_t *data, size_t size, size_t max_size,
                       unsigned seed, const ffh_mutate_options *options,
                       ffh_mutate_bytes mutate_bytes);
size_t ffh_plan_crossover(const ffh_target *target, const uint8_t *a, size_t a_size,
                          const uint8_t *b, size_t b_size, uint8_t *out, size_t max_size,
                          unsigned seed);

/* ---- plan.c ---- */

/* NULL when every cap and reference holds, else what does not (for FFH_ASSERT and the tests). */
const char *ffh_plan_check(const ffh_plan *plan);

/* Whether the contract says what the function does when memory runs out. Not of a function that has
 * a shadow: from then on the two would differ. */
bool ffh_function_may_fail_to_allocate(const ffh_function *function);
/* Whether the contract says how the library is started and how it is ended. */
bool ffh_target_starts_again(const ffh_target *target);

/* Whether the contract lets this slot of this function be sent in that malformed form. */
bool ffh_slot_accepts(const ffh_function *function, const ffh_slot *slot, ffh_form form);

/* Whether the plan stores a value for the slot (and does not derive it). */
bool ffh_slot_is_planned(const ffh_slot *slot);

/* The lane that plays the role; `main` is lane A, the thread that the process starts with. */
int ffh_role_lane(const ffh_target *target, unsigned role, unsigned lanes);

#ifdef __cplusplus
}
#endif

#endif
