/* Callbacks: the user data that they get back, and who is told of them. */
#ifndef FFH_BOUNDARY_CALLBACKS_H
#define FFH_BOUNDARY_CALLBACKS_H

#include "boundary/frame.h"

/* A pointer that is the call's own for the whole input, for a parameter marked FFH_USERDATA. */
void *ffh_callbacks_cookie(const ffh_frame *frame);

/* The next input's cookies are others than those of the last inputs. Main thread. */
void ffh_callbacks_begin_input(void);

/* Each is called on the thread on which it happens, controlled or not, outside of the caller's
 * side. `callback` is the one whose implementation calls, NULL for other code of the target; the
 * result may be NULL for none. */
typedef struct ffh_callback_observer {
  void (*entered)(const ffh_edge *edge, const void *cookie);
  void (*left)(const ffh_edge *edge);
  void (*reenters)(const ffh_edge *callback, const ffh_function *function, const ffh_word *args);
  void (*reentered)(const ffh_edge *edge, const ffh_word *result);
} ffh_callback_observer;

/* Main thread, before the first call. */
void ffh_callbacks_observe(const ffh_callback_observer *seen_by);

/* How many callbacks have run in this process. */
uint64_t ffh_callbacks_count(void);

#endif
