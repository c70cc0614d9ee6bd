/* The inner edge as events: who calls a legacy function with which objects. What the wrappers of
 * ffh/inner.h tell becomes one event each, given to one observer at a time. */
#ifndef FFH_BOUNDARY_INNER_H
#define FFH_BOUNDARY_INNER_H

#include <stdbool.h>
#include <stdint.h>

#include "ffh/back.h"
#include "ffh/inner.h"

enum { FFH_INNER_FRAMES = 12 };

typedef enum ffh_inner_kind {
  FFH_INNER_ENTER = 0,
  FFH_INNER_LEAVE,
  FFH_INNER_UNWOUND,      /* left by an exception, a panic or pthread_exit */
  FFH_INNER_THREAD_ENDED, /* nothing but the thread is given */
  FFH_INNER_CALLED_BACK   /* a callback of the facade, which the legacy side calls */
} ffh_inner_kind;

/* A thread. Neither part is ever used again for another one in the same input. */
typedef struct ffh_actor {
  uint32_t id;   /* from 1; 0: nobody */
  uint16_t name; /* ffh_thread_name, FFH_NONE for a thread that is not under control */
} ffh_actor;

/* A callback that is called. */
typedef struct ffh_inner_back {
  const void *function;                /* the facade's */
  const void *cookie;                  /* the user data, NULL where there is none */
  const ffh_back_param *const *params; /* that it was passed for, up to a NULL */
  bool outside; /* on a thread of the legacy side, inside of no call that the wrappers see */
} ffh_inner_back;

typedef struct ffh_inner_event {
  uint8_t kind;  /* ffh_inner_kind */
  bool internal; /* the legacy side calls itself: objects begin and end, nothing is judged */
  ffh_actor thread;
  const ffh_function *function;
  const ffh_word *args;       /* one for each slot but the result's */
  const ffh_word *result;     /* of FFH_INNER_LEAVE */
  const ffh_inner_back *back; /* of FFH_INNER_CALLED_BACK, which has no function */
  uint8_t n_frames;
  uintptr_t frames[FFH_INNER_FRAMES]; /* return addresses, innermost first */
} ffh_inner_event;

/* Of FFH_INNER_LEAVE: whether the function says that it has failed. */
static inline bool ffh_inner_failed(const ffh_inner_event *event) {
  const ffh_function *function = event->function;
  const ffh_word *result = event->result;
  switch (function->error_kind) {
    case FFH_ERROR_BY_STATUS:
      return result->i != function->success;
    case FFH_ERROR_BY_NULL:
      return result->cp == NULL;
    case FFH_ERROR_BY_ERRNO:
      return function->slots[function->result_slot].kind == FFH_KIND_INT ? result->i < 0
                                                                         : result->cp == NULL;
    case FFH_ERROR_BY_OUT: {
      const void *const *message = (const void *const *)event->args[function->error_slot].cp;
      return message != NULL && *message != NULL;
    }
    default:
      return false;
  }
}

/* Returns whether the thread may do the same again without asking, until the version changes. */
typedef bool (*ffh_inner_observer)(const ffh_inner_event *event);

/* From now on `see` is called for each event, by the thread that causes it and by one thread at a
 * time; `self` says who the calling thread is. A forked child observes nothing. Once, on the main
 * thread. */
void ffh_inner_start(ffh_inner_observer see, ffh_actor (*self)(void));

/* Objects or roles have changed: every thread asks again. */
void ffh_inner_changed(void);

#endif
