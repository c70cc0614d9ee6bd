/* What leaves the boundary's frames other than by returning: exceptions, panics, the end of the
 * thread, longjmp. Seen by the frames themselves (FFH_CROSS_FRAME), while the stack of who threw is
 * still there, and also where somebody further out would catch it. */
#ifndef FFH_BOUNDARY_UNWIND_H
#define FFH_BOUNDARY_UNWIND_H

#include <stdint.h>

#include "ffh/cross.h"

typedef enum ffh_unwinding {
  FFH_UNWINDING_CXX = 0,
  FFH_UNWINDING_RUST,
  FFH_UNWINDING_FOREIGN, /* an exception of another language */
  FFH_UNWINDING_THREAD,  /* pthread_exit or a cancellation */
  FFH_UNWINDING_JUMP     /* longjmp; seen when the thread crosses the next time */
} ffh_unwinding;

enum { FFH_UNWOUND_FRAMES = 32 };

typedef struct ffh_unwound {
  ffh_unwinding how;
  const ffh_edge *edge; /* the innermost crossing that is left that way */
  const char *type;     /* of a C++ exception, mangled; NULL when it is not known */
  unsigned n_frames;    /* of the stack from where it began to the boundary; none for a jump */
  uintptr_t frames[FFH_UNWOUND_FRAMES];
} ffh_unwound;

/* Who is told of it, on the thread that unwinds. When that returns, the unwinding goes on. Main
 * thread, before the first crossing. */
void ffh_unwind_start(void (*see)(const ffh_unwound *unwound));

#endif
