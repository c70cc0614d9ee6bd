#include "sched/shared.h"

#include "sched/trace.h"

enum { PAIRS = 8192 };

uint64_t ffh_shared_writers[1 << FFH_SHARED_BITS];
uint32_t ffh_shared_self;

/* libFuzzer looks for this section by name, clears it before each input and keeps inputs with a new
 * value in it. */
__attribute__((section("__libfuzzer_extra_counters"), used)) static uint8_t pairs[PAIRS];

void ffh_shared_pair(uint64_t writer, uintptr_t reader_pc) {
  /* Only the lower half of the writer's place was kept; the upper one is the reader's. */
  uint32_t base = (uint32_t)(reader_pc - ffh_trace_pc(reader_pc));
  uint32_t from = (uint32_t)(writer >> 32) - base;
  uint64_t hash =
      ((uint64_t)from << 32 | (uint32_t)ffh_trace_pc(reader_pc)) * UINT64_C(0x9e3779b97f4a7c15);
  /* Whether, not how often: how often says little, and would keep inputs by the thousand. */
  pairs[hash >> 40 & (PAIRS - 1)] = 1;
}
