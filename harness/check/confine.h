/* Confinement: every legacy object is used, and ended, by the threads that its policy allows.
 *
 * A function of (state, event), without threads of its own: the events are those of the inner edge
 * (boundary/inner.h). An object is known by its address and type from the call that creates it to
 * the one that ends it; ending it marks it dying before the function runs and dead after it, and a
 * new object at the address is another generation, so that an address that comes again is never
 * taken for the old object. What was there before anything was seen has no known creator and is not
 * judged by it. Where the contract is silent, so is this. */
#ifndef FFH_CHECK_CONFINE_H
#define FFH_CHECK_CONFINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "boundary/inner.h"
#include "check/verdict.h"
#include "ffh/target.h"

enum {
  FFH_CONFINE_OBJECTS = 8192,
  FFH_CONFINE_BUCKETS = 16384,
  FFH_CONFINE_ENDED = 128,
  FFH_CONFINE_PASSED = 64
};

typedef enum ffh_object_state {
  FFH_OBJECT_LIVE = 0,
  FFH_OBJECT_DYING, /* the function that ends it is running */
  FFH_OBJECT_DEAD,
  FFH_OBJECT_FORGOTTEN /* nothing is known of what is at the address now */
} ffh_object_state;

/* Who did something to an object, in which function, and from where. */
typedef struct ffh_deed {
  ffh_actor thread;
  const ffh_function *function;
  uint8_t n_frames;
  uintptr_t frames[FFH_INNER_FRAMES];
} ffh_deed;

typedef struct ffh_object {
  const void *address;
  uint64_t generation; /* counts all objects, from 1 */
  uint64_t parent;     /* its generation, 0 for none */
  uint32_t next;       /* in the bucket */
  uint32_t children;   /* live ones that must end first */
  uint32_t references;
  uint32_t uses; /* calls in flight, where they matter */
  uint16_t type;
  uint8_t state;    /* ffh_object_state */
  bool observed;    /* its creation was seen in this input */
  bool dies_with;   /* ends with its parent */
  ffh_actor owner;  /* id 0: not known */
  ffh_deed created; /* or handed over */
  ffh_deed last;    /* who is inside, or was last */
  ffh_deed ended;
} ffh_object;

typedef struct ffh_role {
  ffh_actor player; /* id 0: nobody yet */
  bool fixed;       /* not given up with the last object */
  bool by_word;     /* some function says who plays it (FFH_PLAYS) */
  uint32_t objects; /* live ones that are confined to it */
  ffh_deed since;
} ffh_role;

/* A callback that must run on the thread of the call that it was passed to, which has not come back
 * yet. */
typedef struct ffh_passed {
  const void *callback, *cookie;
  uint16_t slot;
  ffh_deed by;
} ffh_passed;

typedef struct ffh_confine {
  const ffh_target *target;
  void (*print)(ffh_out *out, ffh_actor thread); /* "lane B" */
  bool has_init;
  bool handed_over[FFH_MAX_HANDLE_TYPES]; /* by some function */
  bool creatable[FFH_MAX_HANDLE_TYPES];   /* the same */
  uint32_t inits;                         /* initialisations without their ends */
  uint32_t starting;                      /* initialisations that have not come back */
  ffh_deed fini;
  ffh_role roles[256];
  uint64_t generation;
  uint64_t untracked; /* objects that there was no room for */
  uint32_t n_objects, n_ended;
  uint32_t buckets[FFH_CONFINE_BUCKETS]; /* index + 1, 0 ends */
  ffh_object objects[FFH_CONFINE_OBJECTS];
  uint32_t ended[FFH_CONFINE_ENDED]; /* threads, the latest ones */
  uint32_t n_passed;
  bool is_full; /* some that were passed are not known */
  ffh_passed passed[FFH_CONFINE_PASSED];
  bool changed; /* objects or players: set here, cleared by the caller */
} ffh_confine;

/* `state` is all zero. The target is kept. */
void ffh_confine_start(ffh_confine *state, const ffh_target *target,
                       void (*print)(ffh_out *out, ffh_actor thread));

/* The next input: threads play no roles, objects that are left belong to nobody known, and those
 * that are gone are forgotten. */
void ffh_confine_begin_input(ffh_confine *state);

/* The role is that thread's for the whole input: the contract's exported side says so. */
void ffh_confine_cast(ffh_confine *state, uint8_t role, ffh_actor player);

/* Whether the thread may repeat the use without asking, until something changes. A verdict with a
 * rule says what is wrong. */
bool ffh_confine_see(ffh_confine *state, const ffh_inner_event *event, ffh_verdict *verdict);

#endif
