/* One block of memory as the ledger knows it. The data that the allocation hooks fill and the
 * checkers read. */
#ifndef FFH_BOUNDARY_BLOCK_H
#define FFH_BOUNDARY_BLOCK_H

#include <stdint.h>

/* Which functions allocated a block; only their partners may free it. */
typedef enum ffh_family {
  FFH_FAMILY_UNKNOWN = 0,
  FFH_FAMILY_MALLOC, /* malloc, calloc, realloc, strdup, posix_memalign, ... */
  FFH_FAMILY_NEW,
  FFH_FAMILY_NEW_ARRAY,
  FFH_FAMILY_RUST, /* Rust's global allocator: freed with the size and alignment it was made with */
  FFH_FAMILY_COUNT
} ffh_family;

enum { FFH_BLOCK_FRAMES = 12 };

typedef struct ffh_block {
  uintptr_t address;
  uint64_t size;     /* bytes, as asked for */
  uint64_t sequence; /* of the process: a block at an old address is another block */
  uint32_t align;    /* as asked for; 0 where the allocator was not told */
  uint32_t thread;   /* ffh_cross_thread */
  uint16_t call;     /* index in the plan that was in progress, FFH_NONE outside of calls */
  uint8_t side;      /* ffh_side */
  uint8_t family;    /* ffh_family */
  uint8_t n_frames;
  uintptr_t frames[FFH_BLOCK_FRAMES]; /* return addresses, innermost first */
} ffh_block;

#endif
