/* Memory for the flavor without sanitizers: jemalloc, linked statically under names of its own,
 * with one reserved range of addresses for each side of the boundary. A pointer's range says which
 * arena it belongs to, safely for any pointer and without a table; no block of one side is ever
 * handed to another. Every thread has a cache for each side, in a slot that a later thread takes
 * over; those that run one at a time have one slot together (base/caches.h). All functions may be
 * called on any thread. */
#ifndef FFH_HOOKS_HEAP_JEMALLOC_H
#define FFH_HOOKS_HEAP_JEMALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/caches.h"

enum {
  FFH_HEAP_SIDES = 8,       /* what is beyond shares the last range */
  FFH_HEAP_RANGE_BITS = 36, /* log2 of a range's bytes: places in units of 16 fit into 32 bits */
  FFH_HEAP_SLOTS = 256,     /* threads with caches at once; the others share slot 0, without */
  FFH_HEAP_UNIT = 16,       /* bytes; small blocks have as many units as their class says */
  FFH_HEAP_CLASSES = 64,
  FFH_HEAP_DELAY = 8 /* freed blocks of a kind that are kept back from being used again */
};

/* The ranges lie at the same address in every process. */
#define FFH_HEAP_BASE UINT64_C(0x100000000000)

/* Freed small blocks of one class, oldest first. They are linked through their headers, by their
 * place in the range in units; 0 is none. */
typedef struct ffh_heap_bin {
  uint32_t oldest, newest, n;
} ffh_heap_bin;

/* A freed block of another kind, and what jemalloc was asked for. */
typedef struct ffh_heap_freed {
  void *raw;
  uint64_t total;
  int align_flag;
  int home;
} ffh_heap_freed;

/* What a thread has to itself. Guarded by owning it; slot 0 is shared and counts atomically, slot 1
 * is that of whose turn it is. */
typedef struct ffh_heap_slot {
  int flags[FFH_HEAP_SIDES]; /* for mallocx: arena and cache; 0: not made yet */
  uint32_t epoch;            /* that `live` belongs to */
  uint32_t next;             /* place in `freed` */
  int64_t live, older;       /* blocks of that epoch and of earlier ones, less those freed here */
  ffh_heap_freed freed[FFH_HEAP_DELAY];
  ffh_heap_bin bins[FFH_HEAP_SIDES][FFH_HEAP_CLASSES];
} ffh_heap_slot;

/* The calling thread's slot. */
ffh_heap_slot *ffh_heap_enter(void);

static inline ffh_heap_slot *ffh_heap_slot_mine(void) {
  ffh_heap_slot *slot = ffh_caches_mine;
  return __builtin_expect(slot != NULL, 1) ? slot : ffh_heap_enter();
}

/* The range that a pointer lies in; FFH_HEAP_SIDES and more when in none. */
static inline uint64_t ffh_heap_home(const void *at) {
  return ((uint64_t)(uintptr_t)at - FFH_HEAP_BASE) >> FFH_HEAP_RANGE_BITS;
}

/* `align_flag` is log2 of the alignment, 0 for none. NULL without memory. */
void *ffh_heap_take(ffh_heap_slot *slot, size_t total, unsigned home, int align_flag, bool zero);
void ffh_heap_give_back(ffh_heap_slot *slot, void *raw, size_t total, unsigned home,
                        int align_flag);

/* Whether the memory could be made `total` bytes where it is. */
bool ffh_heap_resize(ffh_heap_slot *slot, void *raw, size_t total, unsigned home);

static inline uintptr_t ffh_heap_low(uint64_t home) {
  return (uintptr_t)(FFH_HEAP_BASE + (home << FFH_HEAP_RANGE_BITS));
}

/* The end of what has been in use. */
uintptr_t ffh_heap_high(unsigned home);

extern ffh_heap_slot ffh_heap_slots[FFH_HEAP_SLOTS];

static inline bool ffh_heap_slot_is_shared(const ffh_heap_slot *slot) {
  return slot == &ffh_heap_slots[0];
}

/* The sums of the counts: of that epoch, and of all. */
int64_t ffh_heap_live(uint32_t epoch);
int64_t ffh_heap_live_ever(void);

/* Gives memory that nobody uses back to the system. */
void ffh_heap_purge(void);

/* Memory from before jemalloc was ready, and what its set-up itself asked for: never freed. */
bool ffh_heap_is_early(const void *at);

#endif
