/* What leaves the boundary's frames other than by returning: exceptions, panics, the end of the
 * thread. Seen by the frames themselves (FFH_CROSS_FRAME), while the stack of who threw is still
 * there, and also where somebody further out would catch it. */
#ifndef FFH_BOUNDARY_UNWIND_H
#define FFH_BOUNDARY_UNWIND_H

#include <stdint.h>

#include "ffh/cross.h"

typedef enum ffh_unwinding {
  FFH_UNWINDING_CXX = 0,
  FFH_UNWINDING_RUST,
  FFH_UNWINDING_FOREIGN, /* an exception of another language */
  FFH_UNWINDING_THREAD   /* pthread_exit or a cancellation */
} ffh_unwinding;

typedef struct ffh_unwound {
  ffh_unwinding how;
  const ffh_edge *edge; /* the innermost crossing that is left that way */
  const char *type;     /* of a C++ exception, mangled; NULL when it is not known */
} ffh_unwound;

/* What is told of it, on the thread that unwinds. When it returns, the unwinding goes on. Main
 * thread, before the first crossing. */
void ffh_unwind_start(void (*see)(const ffh_unwound *unwound));

#endif
