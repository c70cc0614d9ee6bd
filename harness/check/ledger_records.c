#include <sys/mman.h>

#include "base/bytes.h"
#include "check/ledger_state.h"

enum { HUGE_PAGE = 2 << 20 };

/* What is large in large pages, where the kernel has them: a table is read anywhere. */
void *ffh_ledger_map(size_t size) {
  size_t slack = size < HUGE_PAGE ? 0 : HUGE_PAGE;
  char *memory = mmap(NULL, size + slack, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    return NULL;
  }
  if (slack != 0) {
    size_t before = -(uintptr_t)memory % HUGE_PAGE;
    if (before != 0) {
      munmap(memory, before);
    }
    if (before != slack) {
      munmap(memory + before + size, slack - before);
    }
    memory += before;
    (void)madvise(memory, size, MADV_HUGEPAGE);
  }
  return memory;
}

static uintptr_t *frames_of(const ffh_ledger *ledger, uint32_t index) {
  return ledger->chunks[index >> FFH_LEDGER_CHUNK_BITS].frames[index & (FFH_LEDGER_CHUNK - 1)];
}

/* 0 when there is none. */
uint32_t ffh_ledger_take_record(ffh_ledger *ledger) {
  if (ledger->n_reusable > FFH_LEDGER_RECENT) {
    uint32_t index = ledger->reuse_first;
    ledger->reuse_first = ffh_ledger_at(ledger, index)->newer;
    ledger->n_reusable--;
    return index;
  }
  uint32_t index = ledger->next_unused;
  if (index >> FFH_LEDGER_CHUNK_BITS == FFH_LEDGER_MAX_CHUNKS) {
    return 0;
  }
  ffh_ledger_record **records = &ledger->chunks[index >> FFH_LEDGER_CHUNK_BITS].records;
  if (*records == NULL) {
    *records = ffh_ledger_map(FFH_LEDGER_CHUNK * sizeof **records);
  }
  if (*records == NULL) {
    return 0;
  }
  ledger->next_unused++;
  return index;
}

void ffh_ledger_link_newest(ffh_ledger *ledger, uint32_t index) {
  ffh_ledger_record *it = ffh_ledger_at(ledger, index);
  it->older = ledger->newest;
  it->newer = 0;
  if (ledger->newest != 0) {
    ffh_ledger_at(ledger, ledger->newest)->newer = index;
  } else {
    ledger->oldest = index;
  }
  ledger->newest = index;
}

void ffh_ledger_put_away(ffh_ledger *ledger, uint32_t index) {
  ffh_ledger_record *it = ffh_ledger_at(ledger, index);
  if (it->older != 0) {
    ffh_ledger_at(ledger, it->older)->newer = it->newer;
  } else {
    ledger->oldest = it->newer;
  }
  if (it->newer != 0) {
    ffh_ledger_at(ledger, it->newer)->older = it->older;
  } else {
    ledger->newest = it->older;
  }
  if (it->sequence > ledger->input_start) {
    ledger->live_of_input--;
  }
  ledger->live--;
  it->newer = 0;
  if (ledger->n_reusable++ == 0) {
    ledger->reuse_first = index;
  } else {
    ffh_ledger_at(ledger, ledger->reuse_last)->newer = index;
  }
  ledger->reuse_last = index;
}

void ffh_ledger_keep_frames(ffh_ledger *ledger, uint32_t index, const ffh_block *block) {
  ffh_ledger_chunk *chunk = &ledger->chunks[index >> FFH_LEDGER_CHUNK_BITS];
  if (block->n_frames != 0 && chunk->frames == NULL) {
    chunk->frames = ffh_ledger_map(FFH_LEDGER_CHUNK * sizeof *chunk->frames);
  }
  if (block->n_frames != 0 && chunk->frames != NULL) {
    ffh_ledger_at(ledger, index)->n_frames = block->n_frames;
    ffh_bytes_copy(frames_of(ledger, index), block->frames, block->n_frames * sizeof(uintptr_t));
  }
}

void ffh_ledger_tell(const ffh_ledger *ledger, uint32_t index, ffh_block *block) {
  const ffh_ledger_record *it = ffh_ledger_at(ledger, index);
  *block = (ffh_block){.address = it->address,
                       .size = it->size,
                       .sequence = it->sequence,
                       .align = it->align,
                       .thread = it->thread,
                       .call = it->call,
                       .side = it->side,
                       .inner = it->inner,
                       .family = it->family,
                       .spoken_of = it->spoken_of,
                       .n_frames = it->n_frames};
  if (it->n_frames != 0) {
    ffh_bytes_copy(block->frames, frames_of(ledger, index), it->n_frames * sizeof(uintptr_t));
  }
}
