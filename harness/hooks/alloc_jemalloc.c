#include "hooks/alloc.h"
#include "base/module.h"
#include "ffh/cross.h"
#include "hooks/header_jemalloc.h"
#include "hooks/heap_jemalloc.h"
#include "hooks/malloc_jemalloc.h"

bool ffh_alloc_start(ffh_alloc_fault on_fault) {
  ffh_native.tell = on_fault;
  if (ffh_side_count_tagged() != 0) {
    ffh_module_find_runtimes();
    ffh_native.asks_who = true;
    ffh_native.looks_closer = true;
  }
  return true;
}

void ffh_alloc_keep_stacks(void) {
  ffh_native.keeps_details = true;
  ffh_native.looks_closer = true;
}

void ffh_alloc_begin_input(void) {
  if (ffh_native.wants_purge) {
    ffh_native.wants_purge = false;
    ffh_heap_purge();
  }
  ffh_native.epoch++;
}

int64_t ffh_alloc_live(void) {
  return ffh_heap_live(ffh_native.epoch);
}

bool ffh_alloc_live_ever(int64_t *live) {
  *live = ffh_heap_live_ever();
  return true;
}

void ffh_alloc_each(bool (*see)(const ffh_block *block, void *context), void *context) {
  ffh_block block;
  if (ffh_native.keeps_details) {
    ffh_detail_each(ffh_native.epoch, see, context);
    return;
  }
  for (unsigned home = FFH_SIDE_HARNESS + 1; home < FFH_HEAP_SIDES; home++) {
    uintptr_t high = ffh_heap_high(home);
    for (uintptr_t at = ffh_heap_low(home); at < high; at += FFH_HEADER_BYTES) {
      const void *start = (const void *)at;
      if (ffh_header_is_live(start) && ffh_header_of(start)->epoch == ffh_native.epoch) {
        ffh_header_describe(start, &block);
        if (!see(&block, context)) {
          return;
        }
      }
    }
  }
}

bool ffh_alloc_find(const void *address, ffh_block *block) {
  uint64_t home = ffh_heap_home(address);
  if (home == FFH_SIDE_HARNESS || home >= FFH_HEAP_SIDES) {
    return false;
  }
  uintptr_t low = ffh_heap_low((unsigned)home), wanted = (uintptr_t)address;
  for (uintptr_t at = wanted & ~(uintptr_t)(FFH_HEADER_BYTES - 1); at >= low;
       at -= FFH_HEADER_BYTES) {
    if (ffh_header_is_live(
            (const void *)at)) { /* blocks do not overlap: the nearest is the only one */
      ffh_header_describe((const void *)at, block);
      return wanted - at < (block->size == 0 ? 1 : block->size);
    }
  }
  return false;
}

static void give(const void *address, uint8_t side, bool spoken_of) {
  ffh_header *head = address == NULL ? NULL : ffh_header_known(address, ffh_heap_home(address));
  if (head == NULL || !ffh_header_is_live(address) ||
      (side == FFH_SIDE_LEGACY && ffh_header_part(head, FFH_AT_SIDE, 4) >= FFH_SIDE_TAGGED)) {
    return;
  }
  head->word = (head->word & ~(FFH_BITS(4) << FFH_AT_SIDE | FFH_BIT(FFH_AT_SPOKEN_OF))) |
               (side & FFH_BITS(4)) << FFH_AT_SIDE | (uint64_t)spoken_of << FFH_AT_SPOKEN_OF;
}

void ffh_alloc_give(const void *address, uint8_t side) {
  give(address, side, false);
}

void ffh_alloc_hand(const void *address, uint8_t side) {
  give(address, side, true);
}
