/* One block of memory as the ledger knows it. The data that the allocation hooks fill and the
 * checkers read. */
#ifndef FFH_BOUNDARY_BLOCK_H
#define FFH_BOUNDARY_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "ffh/target.h"

/* Which functions allocated a block; only their partners may free it. */
typedef enum ffh_family {
  FFH_FAMILY_UNKNOWN = 0,
  FFH_FAMILY_C,      /* one of the next three; which of them is for a sanitizer to tell */
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
  uint16_t inner;    /* the inner function that was in progress on that thread, FFH_NONE for none */
  uint8_t side;      /* ffh_side */
  uint8_t family;    /* ffh_family */
  bool spoken_of;    /* the contract has said at the inner edge who may free it */
  bool by_runtime;   /* libc or the C++ library asked for it; told where frames are not kept */
  uint8_t n_frames;
  uintptr_t frames[FFH_BLOCK_FRAMES]; /* return addresses, innermost first */
} ffh_block;

/* ffh_block.inner of what the calling thread allocates. */
static inline uint16_t ffh_block_inner_here(void) {
  const ffh_edge *edge = ffh_here_now.edge;
  return edge != NULL && edge->kind == FFH_EDGE_LEGACY ? edge->function : FFH_NONE;
}

/* Whether the contract leaves it open that `freer` frees what belongs to `owner`: a facade and what
 * lies behind its inner edge share one allocator, unless the archive is tagged, and which way
 * memory passes between them is seen only where the contract speaks of it. */
static inline bool ffh_block_may_free(uint8_t owner, bool spoken_of, uint8_t freer) {
  bool inner = owner == FFH_SIDE_LIBRARY || owner == FFH_SIDE_LEGACY;
  return owner == freer || (inner && spoken_of && freer >= FFH_SIDE_TAGGED) ||
         (owner == FFH_SIDE_LIBRARY && freer == FFH_SIDE_LEGACY) ||
         (owner == FFH_SIDE_LEGACY && freer == FFH_SIDE_LIBRARY && !spoken_of);
}

typedef enum ffh_free_fault {
  FFH_FREE_OK = 0,
  FFH_FREE_CROSS_SIDE, /* by another side than the one that owns it */
  FFH_FREE_FAMILY,     /* by another family than the one that allocated it */
  FFH_FREE_LAYOUT,     /* by Rust, with another size or alignment */
  FFH_FREE_TWICE,
  FFH_FREE_INVALID /* not the start of a block */
} ffh_free_fault;

/* What a free claims about the block. */
typedef struct ffh_freeing {
  uintptr_t address;
  uint64_t size;  /* as the freeing side stated it, 0 where it does not */
  uint32_t align; /* the same */
  uint32_t thread;
  uint16_t call;
  uint8_t side;   /* ffh_side */
  uint8_t family; /* ffh_family */
  bool ranged;    /* where it lies there are only blocks that the ledger keeps */
} ffh_freeing;

#endif
