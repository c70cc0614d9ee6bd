/* What a thread carries along across calls and a callee must give back as it was. */
#ifndef FFH_BOUNDARY_THREADSTATE_H
#define FFH_BOUNDARY_THREADSTATE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct ffh_thread_state {
  uint64_t floating;      /* the control words: rounding, traps, how denormals are taken */
  const void *locale;     /* of uselocale */
  uint32_t global_locale; /* ffh_id of what setlocale says, which is the process's */
  int cancel_state, cancel_type;
  bool has_mask;
  sigset_t mask; /* where has_mask */
} ffh_thread_state;

/* Of the calling thread. The signal mask costs a system call. Everything else is read without one.
 */
void ffh_thread_state_take(bool with_mask, ffh_thread_state *state);

#endif
