/* The handle table: every object that the library has created in this input, by the plan's
 * variable.
 *
 * A variable is one generation of a handle: it goes unborn -> live -> dying -> dead once and never
 * comes back, so a new object at an old address is never taken for the old one. An edge "keeper ->
 * kept" says that `kept` must outlive `keeper`: children keep their parents, a database keeps its
 * comparator. */
#ifndef FFH_BOUNDARY_HANDLES_H
#define FFH_BOUNDARY_HANDLES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/assert.h"
#include "base/limits.h"
#include "ffh/target.h"

typedef enum ffh_handle_state {
  FFH_HANDLE_UNBORN = 0,
  FFH_HANDLE_LIVE,
  FFH_HANDLE_DYING, /* its destroying call is running */
  FFH_HANDLE_DEAD,
  FFH_HANDLE_FAILED /* its creating call failed or was skipped */
} ffh_handle_state;

typedef struct ffh_handle {
  void *pointer;
  uint64_t generation; /* counts every handle of the process */
  uint16_t type;
  uint16_t typestate;                /* index into ffh_target.states, FFH_NONE for none */
  uint16_t parent;                   /* variable, FFH_NONE for none */
  uint16_t dies_with;                /* variable, FFH_NONE for none */
  uint16_t created_by, destroyed_by; /* calls */
  uint16_t keepers;                  /* live edges that need this handle alive */
  uint16_t in_use;                   /* calls in flight */
  uint16_t references;
  uint16_t releases;         /* references that calls in flight give back */
  uint16_t readers, writers; /* calls in flight with a shadow, of it and of its children */
  uint16_t moves;            /* how often its object has been moved by bytes */
  uint16_t pinned;           /* by a call in flight that it is to refuse: a child that stays */
  uint8_t owner;             /* lane */
  uint8_t state;             /* ffh_handle_state */
  bool alone;       /* a call in flight finds it in the wrong state or with a child: no other may
                       change that */
  bool unordered;   /* its calls and its partner's may have come in different orders */
  void *partner;    /* what the shadow of its creating function made, or NULL */
  uint64_t length;  /* of memory: as it was delivered, 0 where nobody stated it */
  uint32_t element; /* bytes of what `length` counts */
} ffh_handle;

/* Forgets every handle. Main thread, between inputs. */
void ffh_handles_reset(uint16_t n_variables);

/* Inside handles.c; here so that reading one costs no call. */
extern ffh_handle ffh_handles_table[FFH_MAX_HANDLES];
extern uint16_t ffh_handles_used;

static inline ffh_handle *ffh_handles_at(uint16_t variable) {
  FFH_ASSERT(variable < ffh_handles_used);
  return &ffh_handles_table[variable];
}

uint16_t ffh_handles_count(void);

void ffh_handles_born(uint16_t variable, void *pointer, uint16_t type, uint8_t owner,
                      uint16_t call);
void ffh_handles_failed(uint16_t variable);

/* Marks the handle dead, drops its edges, and kills the handles that die with it. Calls `ended` for
 * each of them, this one first. */
void ffh_handles_died(uint16_t variable, uint16_t call, void (*ended)(uint16_t variable));

/* Whether the handles that would die with this one may: none is in use, or needed alive by a handle
 * that stays. */
bool ffh_handles_dependants_may_end(uint16_t variable);

/* The first live child of the handle that does not die with it, FFH_NONE for none. */
uint16_t ffh_handles_child(uint16_t variable);

/* Whether the handle is alive and dies with that one; each does with itself. */
bool ffh_handles_depends(uint16_t variable, uint16_t on);

/* Whether one more call fits: one that inherits at most doubles the edges. */
bool ffh_handles_have_room(void);

/* `keeper` needs `kept` alive until it dies. False when there is no room. */
bool ffh_handles_keep(uint16_t keeper, uint16_t kept);
/* `kept` must stay alive until one of the functions `until` (static storage) has been called. False
 * when there is no room. */
bool ffh_handles_keep_until(uint16_t kept, const uint16_t *until, uint16_t n_until);
/* `function` has been called: what was kept until then is free. */
void ffh_handles_called(uint16_t function);
/* Drops what is kept until a call: at the end of an input no call comes any more. */
void ffh_handles_no_more_calls(void);
/* `heir` needs everything alive that `from` keeps now. False when there is no room. */
bool ffh_handles_inherit(uint16_t heir, uint16_t from);
/* Whether every kept child of `keeper` (a handle with a parent) is a child of `parent`. */
bool ffh_handles_children_belong(uint16_t keeper, uint16_t parent);

#endif
