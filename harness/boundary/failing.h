/* Which allocation of a call is made to fail, and what came of it. */
#ifndef FFH_BOUNDARY_FAILING_H
#define FFH_BOUNDARY_FAILING_H

#include <stdint.h>

enum { FFH_FAILING_FRAMES = 12 };

typedef struct ffh_failing {
  uint16_t wanted; /* the allocation that fails, from 1; 0 for none */
  uint16_t failed; /* the same once it has failed, 0 before */
  uint16_t made;   /* how many allocations there were, up to the one that failed */
  uint8_t n_frames;
  uintptr_t frames[FFH_FAILING_FRAMES]; /* where it failed: return addresses, innermost first */
} ffh_failing;

#endif
