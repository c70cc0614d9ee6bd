#include "check/ledger.h"

#include <sys/mman.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "ffh/cross.h"

/* Chunks of records; the first record of all stands for "none". */
enum {
  CHUNK_BITS = 14,
  CHUNK = 1 << CHUNK_BITS,
  MAX_CHUNKS = 1 << 12,
  FIRST_TABLE_BITS = 14,
  RECENT_BITS = 9,
  RECENT = 1 << RECENT_BITS /* freed blocks that are remembered */
};

typedef struct record {
  uintptr_t address;
  uint64_t size;
  uint64_t sequence;
  uint32_t align, thread;
  uint32_t older, newer; /* of the live ones; `newer` also links those that wait to be reused */
  uint16_t call;
  uint8_t side, family, n_frames;
} record;

/* The stacks lie behind all records, so that those without one are not spread out by them. */
typedef struct chunk {
  record records[CHUNK];
  uintptr_t frames[CHUNK][FFH_BLOCK_FRAMES];
} chunk;

typedef struct entry {
  uintptr_t address; /* 0: empty */
  uint32_t record;
} entry;

typedef struct freed {
  uintptr_t address;
  uint64_t sequence;
  uint32_t record, thread;
  uint16_t call;
  uint8_t side, family;
} freed;

struct ffh_ledger {
  entry *table;
  unsigned table_bits;
  uint32_t used; /* entries of the table */
  uint64_t sequence, input_start;
  int64_t live_of_input;
  uint32_t oldest, newest;
  /* Records that were freed are used again first in, first out, and not before RECENT more: until
   * then they still say what the block was. */
  uint32_t next_unused, reuse_first, reuse_last, n_reusable;
  freed recent[RECENT];
  chunk *chunks[MAX_CHUNKS];
};

static void *map(size_t size) {
  void *memory =
      mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

/* ---- records ---- */

static record *at(const ffh_ledger *ledger, uint32_t index) {
  return &ledger->chunks[index >> CHUNK_BITS]->records[index & (CHUNK - 1)];
}

static uintptr_t *frames_of(const ffh_ledger *ledger, uint32_t index) {
  return ledger->chunks[index >> CHUNK_BITS]->frames[index & (CHUNK - 1)];
}

/* 0 when there is none. */
static uint32_t take_record(ffh_ledger *ledger) {
  if (ledger->n_reusable > RECENT) {
    uint32_t index = ledger->reuse_first;
    ledger->reuse_first = at(ledger, index)->newer;
    ledger->n_reusable--;
    return index;
  }
  uint32_t index = ledger->next_unused;
  if (index >> CHUNK_BITS == MAX_CHUNKS) {
    return 0;
  }
  chunk **chunk = &ledger->chunks[index >> CHUNK_BITS];
  if (*chunk == NULL) {
    *chunk = map(sizeof **chunk);
  }
  if (*chunk == NULL) {
    return 0;
  }
  ledger->next_unused++;
  return index;
}

static void link_newest(ffh_ledger *ledger, uint32_t index) {
  record *it = at(ledger, index);
  it->older = ledger->newest;
  it->newer = 0;
  if (ledger->newest != 0) {
    at(ledger, ledger->newest)->newer = index;
  } else {
    ledger->oldest = index;
  }
  ledger->newest = index;
}

static void put_away(ffh_ledger *ledger, uint32_t index) {
  record *it = at(ledger, index);
  if (it->older != 0) {
    at(ledger, it->older)->newer = it->newer;
  } else {
    ledger->oldest = it->newer;
  }
  if (it->newer != 0) {
    at(ledger, it->newer)->older = it->older;
  } else {
    ledger->newest = it->older;
  }
  if (it->sequence > ledger->input_start) {
    ledger->live_of_input--;
  }
  it->newer = 0;
  if (ledger->n_reusable++ == 0) {
    ledger->reuse_first = index;
  } else {
    at(ledger, ledger->reuse_last)->newer = index;
  }
  ledger->reuse_last = index;
}

static void tell(const ffh_ledger *ledger, uint32_t index, ffh_block *block) {
  const record *it = at(ledger, index);
  *block = (ffh_block){.address = it->address,
                       .size = it->size,
                       .sequence = it->sequence,
                       .align = it->align,
                       .thread = it->thread,
                       .call = it->call,
                       .side = it->side,
                       .family = it->family,
                       .n_frames = it->n_frames};
  ffh_bytes_copy(block->frames, frames_of(ledger, index), it->n_frames * sizeof(uintptr_t));
}

/* ---- the table ---- */

static uint64_t hash(uintptr_t address) {
  return (address >> 4) * UINT64_C(0x9e3779b97f4a7c15);
}

static uint32_t home(const ffh_ledger *ledger, uintptr_t address) {
  return (uint32_t)(hash(address) >> (64 - ledger->table_bits));
}

/* Where the address is, or the empty place where it would go. */
static uint32_t probe(const ffh_ledger *ledger, uintptr_t address) {
  uint32_t mask = (UINT32_C(1) << ledger->table_bits) - 1;
  uint32_t place = home(ledger, address);
  while (ledger->table[place].address != 0 && ledger->table[place].address != address) {
    place = (place + 1) & mask;
  }
  return place;
}

/* False when the table stays as it is for want of memory. */
static bool grow(ffh_ledger *ledger) {
  entry *old = ledger->table;
  uint32_t old_size = UINT32_C(1) << ledger->table_bits;
  entry *larger = map(2 * (size_t)old_size * sizeof *larger);
  if (larger == NULL) {
    return false;
  }
  ledger->table = larger;
  ledger->table_bits++;
  for (uint32_t i = 0; i < old_size; i++) {
    if (old[i].address != 0) {
      larger[probe(ledger, old[i].address)] = old[i];
    }
  }
  munmap(old, old_size * sizeof *old);
  return true;
}

static bool has_room(ffh_ledger *ledger) {
  uint32_t size = UINT32_C(1) << ledger->table_bits;
  if (ledger->used < size / 2) {
    return true;
  }
  return (ledger->table_bits < 31 && grow(ledger)) || ledger->used < size / 8 * 7;
}

/* Whatever follows in the cluster and may lie in the hole is moved there. */
static void take_out(ffh_ledger *ledger, uint32_t hole) {
  uint32_t mask = (UINT32_C(1) << ledger->table_bits) - 1;
  for (uint32_t i = (hole + 1) & mask; ledger->table[i].address != 0; i = (i + 1) & mask) {
    uint32_t from_home = (i - home(ledger, ledger->table[i].address)) & mask;
    if (from_home >= ((i - hole) & mask)) {
      ledger->table[hole] = ledger->table[i];
      hole = i;
    }
  }
  ledger->table[hole] = (entry){0};
  ledger->used--;
}

/* ---- what was freed lately ---- */

static freed *recent_at(const ffh_ledger *ledger, uintptr_t address) {
  return (freed *)&ledger->recent[hash(address) >> (64 - RECENT_BITS)];
}

static const freed *find_recent(const ffh_ledger *ledger, uintptr_t address) {
  const freed *it = recent_at(ledger, address);
  bool known = it->address == address && at(ledger, it->record)->sequence == it->sequence;
  return known ? it : NULL;
}

static void forget_recent(ffh_ledger *ledger, uintptr_t address) {
  freed *it = recent_at(ledger, address);
  if (it->address == address) {
    it->address = 0;
  }
}

static void remember(ffh_ledger *ledger, uint32_t index, const ffh_freeing *freeing) {
  *recent_at(ledger, freeing->address) = (freed){.address = freeing->address,
                                                 .sequence = at(ledger, index)->sequence,
                                                 .record = index,
                                                 .thread = freeing->thread,
                                                 .call = freeing->call,
                                                 .side = freeing->side,
                                                 .family = freeing->family};
}

/* ---- events ---- */

ffh_ledger *ffh_ledger_new(void) {
  ffh_ledger *ledger = map(sizeof *ledger);
  if (ledger == NULL) {
    return NULL;
  }
  ledger->table_bits = FIRST_TABLE_BITS;
  ledger->table = map((sizeof *ledger->table) << FIRST_TABLE_BITS);
  ledger->chunks[0] = map(sizeof(chunk));
  ledger->next_unused = 1;
  return ledger->table == NULL || ledger->chunks[0] == NULL ? NULL : ledger;
}

void ffh_ledger_begin_input(ffh_ledger *ledger) {
  ledger->input_start = ledger->sequence;
  ledger->live_of_input = 0;
}

void ffh_ledger_allocated(ffh_ledger *ledger, const ffh_block *block) {
  FFH_ASSERT(block->address != 0 && block->n_frames <= FFH_BLOCK_FRAMES);
  forget_recent(ledger, block->address);
  bool room = has_room(ledger);
  uint32_t place = probe(ledger, block->address);
  bool stale = ledger->table[place].address != 0;
  if (stale) {
    put_away(ledger, ledger->table[place].record);
  }
  uint32_t index = room ? take_record(ledger) : 0;
  if (index == 0) {
    if (stale) {
      take_out(ledger, place);
    }
    return;
  }
  *at(ledger, index) = (record){.address = block->address,
                                .size = block->size,
                                .sequence = ++ledger->sequence,
                                .align = block->align,
                                .thread = block->thread,
                                .call = block->call,
                                .side = block->side,
                                .family = block->family,
                                .n_frames = block->n_frames};
  if (block->n_frames != 0) {
    ffh_bytes_copy(frames_of(ledger, index), block->frames, block->n_frames * sizeof(uintptr_t));
  }
  link_newest(ledger, index);
  ledger->table[place] = (entry){.address = block->address, .record = index};
  ledger->used += stale ? 0 : 1;
  ledger->live_of_input++;
}

void ffh_ledger_forget(ffh_ledger *ledger, uintptr_t address) {
  forget_recent(ledger, address);
  uint32_t place = probe(ledger, address);
  if (ledger->table[place].address != 0) {
    put_away(ledger, ledger->table[place].record);
    take_out(ledger, place);
  }
}

static bool same_family(uint8_t allocated, uint8_t freed) {
  if (allocated == freed || allocated == FFH_FAMILY_UNKNOWN || freed == FFH_FAMILY_UNKNOWN) {
    return true;
  }
  return (allocated == FFH_FAMILY_C || freed == FFH_FAMILY_C) && allocated != FFH_FAMILY_RUST &&
         freed != FFH_FAMILY_RUST;
}

/* The most telling first: another allocator's free is as a rule also another side's. */
static ffh_free_fault judge(const record *it, const ffh_freeing *freeing) {
  if (freeing->side == FFH_SIDE_HARNESS) {
    return FFH_FREE_OK;
  }
  if (!same_family(it->family, freeing->family)) {
    return FFH_FREE_FAMILY;
  }
  if (it->family == FFH_FAMILY_RUST && freeing->family == FFH_FAMILY_RUST &&
      (it->size != freeing->size || it->align != freeing->align)) {
    return FFH_FREE_LAYOUT;
  }
  return it->side == freeing->side ? FFH_FREE_OK : FFH_FREE_CROSS_SIDE;
}

static ffh_free_fault judge_unknown(const ffh_ledger *ledger, const ffh_freeing *freeing,
                                    ffh_block *block) {
  if (freeing->side == FFH_SIDE_HARNESS) {
    return FFH_FREE_OK;
  }
  const freed *before = find_recent(ledger, freeing->address);
  if (before != NULL) {
    tell(ledger, before->record, block);
    return FFH_FREE_TWICE;
  }
  return freeing->ranged ? FFH_FREE_INVALID : FFH_FREE_OK;
}

ffh_free_fault ffh_ledger_freed(ffh_ledger *ledger, const ffh_freeing *freeing, ffh_block *block) {
  uint32_t place = probe(ledger, freeing->address);
  if (ledger->table[place].address == 0) {
    return judge_unknown(ledger, freeing, block);
  }
  uint32_t index = ledger->table[place].record;
  ffh_free_fault fault = judge(at(ledger, index), freeing);
  if (fault != FFH_FREE_OK) {
    tell(ledger, index, block);
  }
  take_out(ledger, place);
  remember(ledger, index, freeing);
  put_away(ledger, index);
  return fault;
}

void ffh_ledger_give(ffh_ledger *ledger, uintptr_t address, uint8_t side) {
  uint32_t place = probe(ledger, address);
  if (address != 0 && ledger->table[place].address != 0) {
    at(ledger, ledger->table[place].record)->side = side;
  }
}

/* ---- questions ---- */

bool ffh_ledger_first_free(const ffh_ledger *ledger, uintptr_t address, ffh_freeing *freeing) {
  const freed *it = find_recent(ledger, address);
  if (it == NULL) {
    return false;
  }
  *freeing = (ffh_freeing){.address = address,
                           .thread = it->thread,
                           .call = it->call,
                           .side = it->side,
                           .family = it->family};
  return true;
}

bool ffh_ledger_find(const ffh_ledger *ledger, uintptr_t address, ffh_block *block) {
  uint32_t place = probe(ledger, address);
  if (address == 0 || ledger->table[place].address == 0) {
    return false;
  }
  tell(ledger, ledger->table[place].record, block);
  return true;
}

bool ffh_ledger_find_around(const ffh_ledger *ledger, uintptr_t address, ffh_block *block) {
  if (ffh_ledger_find(ledger, address, block)) {
    return true;
  }
  for (uint32_t i = ledger->newest; i != 0; i = at(ledger, i)->older) {
    if (address - at(ledger, i)->address < at(ledger, i)->size) {
      tell(ledger, i, block);
      return true;
    }
  }
  return false;
}

int64_t ffh_ledger_live(const ffh_ledger *ledger) {
  return ledger->live_of_input;
}

int64_t ffh_ledger_live_ever(const ffh_ledger *ledger) {
  return ledger->used;
}

void ffh_ledger_each(const ffh_ledger *ledger, bool (*see)(const ffh_block *block, void *context),
                     void *context) {
  uint32_t first = ledger->newest;
  while (first != 0 && at(ledger, first)->sequence > ledger->input_start) {
    first = at(ledger, first)->older;
  }
  ffh_block block;
  for (uint32_t i = first == 0 ? ledger->oldest : at(ledger, first)->newer; i != 0;
       i = at(ledger, i)->newer) {
    tell(ledger, i, &block);
    if (!see(&block, context)) {
      return;
    }
  }
}
