/* When a callback may be called: until the end that FFH_CALLBACK states, on the thread that it
 * states, with FFH_ONCE exactly once, and calling back only what FFH_REENTERS lists.
 *
 * A registration begins with the call that passes the callback. The user data of that call
 * identifies it where the callback gets it back; where there is none, a callback is taken for the
 * registration that allows it. */
#ifndef FFH_CHECK_CALLBACKS_H
#define FFH_CHECK_CALLBACKS_H

#include "boundary/frame.h"
#include "check/verdict.h"

enum { FFH_MAX_REGISTRATIONS = 1024, FFH_NO_LANE = 0xff };

typedef struct ffh_registration {
  const ffh_function *function;
  const void *cookie; /* NULL when the call has no user data */
  uint32_t thread;    /* ffh_cross_thread of the call */
  uint32_t times;     /* that it has been called */
  uint16_t slot;
  uint16_t call;  /* index in the plan */
  uint16_t owner; /* the variable whose end is its end, FFH_NO_VARIABLE for the call's */
  uint8_t lane;
  bool is_over;
  bool has_succeeded; /* its call came back, and well */
} ffh_registration;

typedef struct ffh_callbacks {
  ffh_registration all[FFH_MAX_REGISTRATIONS];
  uint32_t n;
  bool is_full; /* some are not known: nothing is said about those without a registration */
} ffh_callbacks;

/* The library calls back. */
typedef struct ffh_called_back {
  const ffh_edge *edge;
  const void *cookie;
  uint32_t thread; /* ffh_cross_thread of who calls */
  uint8_t lane;    /* the same, FFH_NO_LANE for a thread of the library */
  uint8_t lanes;   /* of the plan */
} ffh_called_back;

/* The next input begins. */
void ffh_callbacks_begin(ffh_callbacks *state);

/* The call is about to run on `thread`; `cookie` is its user data. */
void ffh_callbacks_register(ffh_callbacks *state, const ffh_frame *frame, uint32_t thread,
                            const void *cookie);

/* It has come back. */
void ffh_callbacks_returned(ffh_callbacks *state, const ffh_frame *frame, ffh_verdict *verdict);

/* The handle has ended. */
void ffh_callbacks_ended(ffh_callbacks *state, uint16_t variable, ffh_verdict *verdict);

/* Returns the registration that is meant, valid until the next one; NULL when none is known. */
const ffh_registration *ffh_callbacks_entered(ffh_callbacks *state, const ffh_target *target,
                                              const ffh_called_back *event, ffh_verdict *verdict);

/* The implementation of the callback calls that function. */
void ffh_callbacks_reentered(const ffh_target *target, const ffh_edge *callback,
                             const ffh_function *function, ffh_verdict *verdict);

/* The input is over, and the library's threads have come to rest. */
void ffh_callbacks_finish(const ffh_callbacks *state, ffh_verdict *verdict);

#endif
