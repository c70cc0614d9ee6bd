/* Inside the plan module: one builder makes every plan, whatever it is made from (a canonical file,
 * raw bytes, a text, a mutation). A source says what it wishes for each slot; the builder repairs
 * the wishes into a call that the contract allows, so no source can make an invalid plan.
 *
 * One thread at a time: the builder and the index are static. */
#ifndef FFH_PLAN_BUILD_H
#define FFH_PLAN_BUILD_H

#include "plan/plan.h"
#include "plan/shape.h"
#include "plan/thread.h"

/* ---- index.c: what is derived once from a target's tables ---- */

/* What the builder asks of a function for every call. */
typedef struct ffh_layout {
  const ffh_function *function;
  ffh_slots handles;   /* FFH_CLASS_HANDLE */
  ffh_slots parented;  /* of these, the ones that must be a parent of another slot's handle */
  ffh_slots defines;   /* what may define a variable */
  ffh_slots variables; /* what may name or define one */
  ffh_slots data;      /* numbers, contents and messages: what no handle decides */
  bool has_lane;       /* ffh_function_lane says more than -1 */
  uint8_t classes[FFH_MAX_SLOTS]; /* ffh_slot_class */
  uint8_t tags[FFH_MAX_SLOTS];    /* ffh_slot_tag */
  uint8_t leaders[FFH_MAX_SLOTS]; /* ffh_slot_leader */
  uint32_t caps[FFH_MAX_SLOTS];   /* ffh_slot_cap */
} ffh_layout;

typedef struct ffh_index {
  const ffh_target *target;
  const ffh_function *functions; /* with n_functions: tells reused target structs apart */
  uint16_t n_functions;
  uint16_t n_callable;
  uint16_t callable[FFH_MAX_FUNCTIONS]; /* what the harness may call */
  uint16_t buckets[2 * FFH_MAX_FUNCTIONS];
  ffh_shape shapes[FFH_MAX_FUNCTIONS];
  ffh_layout layouts[FFH_MAX_FUNCTIONS]; /* only of what may be called */
} ffh_index;

const ffh_index *ffh_index_of(const ffh_target *target);
/* The function with this ffh_id, or FFH_NONE. */
uint16_t ffh_index_find(const ffh_index *index, uint32_t id);
static inline bool ffh_function_is_callable(const ffh_function *function) {
  const unsigned never =
      FFH_FN_LEGACY | FFH_FN_EXCLUDED | FFH_FN_INIT | FFH_FN_FINI | FFH_FN_SHADOW;
  return (function->flags & never) == 0 && function->n_slots <= FFH_MAX_SLOTS;
}

/* ---- slots.c: what a slot's value may be ---- */

typedef enum ffh_class {
  FFH_CLASS_DERIVED = 0, /* the plan says nothing about it */
  FFH_CLASS_OUT,         /* derived, but may be sent as FFH_FORM_NULL */
  FFH_CLASS_NUMBER,
  FFH_CLASS_CAPACITY,
  FFH_CLASS_CALLBACK,
  FFH_CLASS_HANDLE, /* uses a variable */
  FFH_CLASS_DEFINE, /* defines a variable */
  FFH_CLASS_ERROR,  /* uses and defines a variable */
  FFH_CLASS_BUFFER,
  FFH_CLASS_STRUCT,
  FFH_CLASS_FIXED /* derived, but may be sent as FFH_FORM_BAD_VERSION */
} ffh_class;

ffh_class ffh_slot_class(const ffh_function *function, unsigned slot);
/* Tells the slots of one function apart in a file, also when parameters come and go. */
uint8_t ffh_slot_tag(const ffh_function *function, unsigned slot);
/* Elements that fit a buffer, strings in an FFH_STRINGS, bytes of a text, or a capacity's limit. */
uint64_t ffh_slot_cap(const ffh_function *function, unsigned slot);
/* Bytes of one element. */
static inline uint32_t ffh_slot_unit(const ffh_slot *slot) {
  return slot->kind == FFH_KIND_ARRAY && slot->size != 0 ? slot->size : 1;
}
/* The buffer whose element count this buffer must have: itself unless a length is shared. */
unsigned ffh_slot_leader(const ffh_function *function, unsigned slot);
/* The largest declared length that an oversized or mismatched buffer may claim. */
uint64_t ffh_slot_declared_limit(const ffh_function *function, const ffh_slot *slot);
/* The range of a number; signed slots compare as int64_t. */
void ffh_slot_range(const ffh_slot *slot, uint64_t *low, uint64_t *high);
/* The nearest well-formed number; the number itself when it is one. */
uint64_t ffh_slot_fold(const ffh_function *function, unsigned slot, uint64_t number);
/* A number that is not well-formed, the number itself when it is none; false when all are. */
bool ffh_slot_unfold(const ffh_slot *slot, uint64_t number, uint64_t *bad);
/* A size or version other than the slot's own; the number itself when it is one. */
uint64_t ffh_slot_other_version(const ffh_slot *slot, uint64_t number);
/* The lane a call must run on because of this handle, or -1. `owner` is the handle's lane. */
int ffh_slot_lane(const ffh_target *target, const ffh_function *function, const ffh_slot *slot,
                  unsigned lanes, unsigned owner);
/* The lane a call must run on whatever its handles are, or -1; -2 when there is none. */
int ffh_function_lane(const ffh_target *target, const ffh_function *function, unsigned lanes);

/* ---- bytes.c: repairs of byte contents ---- */

bool ffh_utf8_is_valid(const uint8_t *bytes, size_t size);
/* Replaces every byte that is not part of a valid sequence. */
void ffh_utf8_repair(uint8_t *bytes, size_t size);
bool ffh_path_is_valid(const ffh_slot *slot, const uint8_t *bytes, size_t size);
/* Size of the first `limit` strings that are whole, and how many they are. */
size_t ffh_strings_measure(const uint8_t *bytes, size_t size, unsigned limit, unsigned *count);
/* Folds the fields of struct elements; pointers become NULL. Idempotent. */
void ffh_elements_repair(const ffh_function *function, unsigned slot, uint8_t *bytes, size_t size);
bool ffh_elements_are_valid(const ffh_function *function, unsigned slot, const uint8_t *bytes,
                            size_t size);

/* ---- track.c: what the plan so far says about its variables ---- */

typedef struct ffh_track {
  uint8_t owner[FFH_MAX_HANDLES];     /* the lane that created it or was given it */
  uint8_t unborn[FFH_MAX_HANDLES];    /* its call is malformed and will be refused */
  uint8_t retained[FFH_MAX_HANDLES];  /* references beyond the first */
  uint64_t ended[FFH_MAX_HANDLES];    /* bit per lane that consumes it */
  uint16_t children[FFH_MAX_HANDLES]; /* of it, that must end first and have not */
  uint16_t state[FFH_MAX_HANDLES];    /* typestate, FFH_NONE for none */
} ffh_track;

/* Takes account of a call that was just appended or is next in order. */
void ffh_track_call(ffh_track *track, const ffh_plan *plan, const ffh_call *call);
/* The variable that was passed as the parent of `variable`, or FFH_NO_VARIABLE. */
uint16_t ffh_plan_parent(const ffh_plan *plan, uint16_t variable);
/* Whether slot `slot` lies in a struct that is not passed. */
static inline bool ffh_values_absent(const ffh_function *function, const ffh_value *values,
                                     unsigned slot) {
  for (uint16_t up = function->slots[slot].parent; up != FFH_NONE;
       up = function->slots[up].parent) {
    if (values[up].is_null || values[up].form == FFH_FORM_NULL) {
      return true;
    }
  }
  return false;
}

/* ---- build.c ---- */

/* What a source wants in one slot. All zero: the default. */
typedef struct ffh_wish {
  uint8_t given;
  uint8_t form;
  uint8_t is_null;
  uint8_t exact;     /* `variable` is the variable; otherwise `pick` chooses one, 0 the newest */
  uint16_t variable; /* FFH_NO_VARIABLE with exact: the variable is gone, choose by `pick` */
  uint32_t pick;
  uint64_t number;
  const uint8_t *bytes;
  uint32_t size;
  uint32_t total; /* the bytes again and again, up to this many; 0 for once */
} ffh_wish;

typedef struct ffh_build {
  ffh_plan *plan;
  bool frugal; /* insert no creators: what has no handle is retargeted or dropped */
  const ffh_index *index;
  ffh_track track;
  uint16_t newest[FFH_MAX_HANDLE_TYPES]; /* variable of the type, FFH_NO_VARIABLE for none */
  uint16_t older[FFH_MAX_HANDLES];       /* the one before it of the same type */
} ffh_build;

/* Empties the plan. The schedule is the default one; the source may change it before any call. */
void ffh_build_begin(ffh_build *build, const ffh_target *target, ffh_plan *plan);
/* Appends a call, and before it what it needs. `wishes` has one for each slot; NULL: defaults.
 * False, with the plan as valid as before, when the contract or the caps leave no way. */
bool ffh_build_call(ffh_build *build, uint16_t function, unsigned lane, const ffh_wish *wishes);
/* Lets that allocation of the last call fail, where the contract says what then happens. */
void ffh_build_fail(ffh_plan *plan, uint64_t allocation);
/* data.c: fills in the numbers and bytes of slot `slot`. False when the plan's bytes are full. */
bool ffh_build_data(ffh_plan *plan, const ffh_layout *layout, const ffh_wish *wishes, unsigned slot,
                    ffh_value *values);
/* The one builder. */
ffh_build *ffh_build_shared(void);

/* ---- schedule.c ---- */

#define FFH_DEFAULT_STICKINESS 2
#define FFH_DEFAULT_DEPTH 3

/* As in ffh_schedule, but any numbers; 0 lanes and depth 0 are the defaults. */
typedef struct ffh_schedule_wish {
  uint32_t policy, granularity, lanes, stickiness, depth, seed, length, warm, exits, again;
} ffh_schedule_wish;

/* Brings a schedule within its bounds and sets it, without weights and switches. */
void ffh_build_schedule(ffh_build *build, const ffh_schedule_wish *wish);
/* Adds a weight; false when its thread is none, or not after the last one, or there are too many.
 */
bool ffh_build_weight(ffh_build *build, unsigned thread, uint64_t points);
/* Adds a switch; false when it is not after the last one or there are too many. */
bool ffh_build_switch(ffh_build *build, uint64_t step, unsigned thread);
/* Changes the policy; of the others only what it uses is kept. */
void ffh_schedule_set_policy(ffh_schedule *schedule, unsigned policy, unsigned stickiness,
                             unsigned depth);
void ffh_schedule_set_lanes(ffh_schedule *schedule, unsigned lanes);
/* A policy of the mix that new schedules are drawn from. */
ffh_policy ffh_policy_draw(unsigned number);
/* NULL when the schedule is within its bounds, else what is not. */
const char *ffh_schedule_check(const ffh_schedule *schedule);

#endif
