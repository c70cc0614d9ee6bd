/* Which memory threads share: for each place, who wrote it last and where in the code. A read of
 * what another thread wrote is a pair of places, which feedback counts. Guarded by the baton. */
#ifndef FFH_SCHED_SHARED_H
#define FFH_SCHED_SHARED_H

#include <stdint.h>

enum { FFH_SHARED_BITS = 14 };

/* What a table entry holds: the upper half the writer's place in the code, then the input's number,
 * then the thread. */
extern uint64_t ffh_shared_writers[1 << FFH_SHARED_BITS];
/* The present thread and input, as the lower half of an entry; 0: nothing is noted. */
extern uint32_t ffh_shared_self;

/* A read of another thread's write. */
void ffh_shared_pair(uint64_t writer, uintptr_t reader_pc);

static inline uint64_t *ffh_shared_entry(const void *at) {
  return &ffh_shared_writers[((uintptr_t)at >> 3) * UINT64_C(0x9e3779b97f4a7c15) >>
                             (64 - FFH_SHARED_BITS)];
}

static inline void ffh_shared_store(const void *at, uintptr_t pc) {
  if (ffh_shared_self != 0) {
    *ffh_shared_entry(at) = (uint64_t)pc << 32 | ffh_shared_self;
  }
}

static inline void ffh_shared_load(const void *at, uintptr_t pc) {
  uint32_t self = ffh_shared_self;
  if (self == 0) {
    return;
  }
  uint64_t writer = *ffh_shared_entry(at);
  /* Written in this input, by another thread. */
  if (((uint32_t)writer ^ self) - 1 < 0xff) {
    ffh_shared_pair(writer, pc);
  }
}

#endif
