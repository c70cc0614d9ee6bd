/* What is derived once from the slots of a function, so that a call visits only the slots that
 * matter. Bit i of a mask stands for slot i. */
#ifndef FFH_PLAN_SHAPE_H
#define FFH_PLAN_SHAPE_H

#include <stdint.h>

#include "base/limits.h"
#include "ffh/target.h"

typedef uint64_t ffh_slots;
_Static_assert(FFH_MAX_SLOTS <= 64, "a mask has a bit for each slot");

typedef struct ffh_shape {
  ffh_slots uses;       /* handles that go in */
  ffh_slots makes;      /* handles and memory that come out */
  ffh_slots handles;    /* every FFH_KIND_HANDLE */
  ffh_slots messages;   /* every FFH_KIND_ERROR */
  ffh_slots callbacks;  /* every FFH_KIND_CALLBACK */
  ffh_slots built;      /* what is an argument, or lies in the memory of one */
  ffh_slots consts;     /* inputs that the callee promises not to change */
  ffh_slots on_ok;      /* outputs to look at when the call succeeded */
  ffh_slots on_failure; /* outputs to look at when it failed */
} ffh_shape;

void ffh_shape_make(const ffh_function *function, ffh_shape *shape);

/* The shapes of the target's functions, in their order. Static; made when the target is another one
 * than last time. One thread at a time. */
const ffh_shape *ffh_shape_all(const ffh_target *target);

/* Takes the lowest slot out of a mask that is not 0. */
static inline uint16_t ffh_slots_next(ffh_slots *left) {
  uint16_t slot = (uint16_t)__builtin_ctzll(*left);
  *left &= *left - 1;
  return slot;
}

#endif
