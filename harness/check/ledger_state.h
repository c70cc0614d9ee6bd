/* Inside the ledger: its records, and the table that finds them. */
#ifndef FFH_CHECK_LEDGER_STATE_H
#define FFH_CHECK_LEDGER_STATE_H

#include <stddef.h>

#include "check/ledger.h"

/* Chunks of records; the first record of all stands for "none". */
enum {
  FFH_LEDGER_CHUNK_BITS = 16,
  FFH_LEDGER_CHUNK = 1 << FFH_LEDGER_CHUNK_BITS,
  FFH_LEDGER_MAX_CHUNKS = 1 << 10,
  FFH_LEDGER_YOUNG_BITS = 10,
  FFH_LEDGER_YOUNG = 1 << FFH_LEDGER_YOUNG_BITS,
  FFH_LEDGER_FIRST_TABLE_BITS = 14,
  FFH_LEDGER_MAX_TABLE_BITS = 30,
  FFH_LEDGER_RECENT_BITS = 9,
  FFH_LEDGER_RECENT = 1 << FFH_LEDGER_RECENT_BITS /* freed blocks that are remembered */
};

typedef struct ffh_ledger_record {
  uintptr_t address;
  uint64_t size;
  uint64_t sequence;
  uint32_t align, thread;
  uint32_t older, newer; /* of the live ones; `newer` also links those that wait to be reused */
  uint16_t call, inner;
  uint8_t side, family, n_frames;
  bool spoken_of;
} ffh_ledger_record;

/* Most blocks come without a stack: room for them is mapped with the first one. */
typedef struct ffh_ledger_chunk {
  ffh_ledger_record *records;
  uintptr_t (*frames)[FFH_BLOCK_FRAMES];
} ffh_ledger_chunk;

/* Small, for the table is what misses the caches. The hash is all that moving one needs. */
typedef struct ffh_ledger_entry {
  uint32_t hash;
  uint32_t record; /* 0: empty */
} ffh_ledger_entry;

typedef struct ffh_ledger_free {
  uintptr_t address;
  uint64_t sequence;
  uint32_t record, thread;
  uint16_t call;
  uint8_t side, family;
} ffh_ledger_free;

struct ffh_ledger {
  /* Most blocks die young: they are found here, and only those that are pushed out by another one
   * get a place in the table, which is large and cold. */
  ffh_ledger_entry young[FFH_LEDGER_YOUNG];
  ffh_ledger_entry *table;
  unsigned table_bits;
  uint32_t used; /* entries of the table */
  uint64_t sequence, input_start;
  int64_t live, live_of_input;
  uint32_t oldest, newest;
  /* Records that were freed are used again first in, first out, and not before FFH_LEDGER_RECENT
   * more: until then they still say what the block was. */
  uint32_t next_unused, reuse_first, reuse_last, n_reusable;
  ffh_ledger_free recent[FFH_LEDGER_RECENT];
  ffh_ledger_chunk chunks[FFH_LEDGER_MAX_CHUNKS];
};

static inline ffh_ledger_record *ffh_ledger_at(const ffh_ledger *ledger, uint32_t index) {
  return &ledger->chunks[index >> FFH_LEDGER_CHUNK_BITS].records[index & (FFH_LEDGER_CHUNK - 1)];
}

static inline uint32_t ffh_ledger_hash(uintptr_t address) {
  return (uint32_t)(((address >> 4) * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

/* ledger_records.c. NULL without memory. */
void *ffh_ledger_map(size_t size);
/* 0 when there is none. */
uint32_t ffh_ledger_take_record(ffh_ledger *ledger);
void ffh_ledger_keep_frames(ffh_ledger *ledger, uint32_t index, const ffh_block *block);
void ffh_ledger_link_newest(ffh_ledger *ledger, uint32_t index);
/* The block is not live any more; nothing finds it. */
void ffh_ledger_put_away(ffh_ledger *ledger, uint32_t index);
void ffh_ledger_tell(const ffh_ledger *ledger, uint32_t index, ffh_block *block);

/* ledger_table.c. Records by address; 0 when it is not known. */
bool ffh_ledger_table_start(ffh_ledger *ledger);
uint32_t ffh_ledger_lookup(const ffh_ledger *ledger, uintptr_t address);
uint32_t ffh_ledger_take_out(ffh_ledger *ledger, uintptr_t address);
/* A block that was known at that address is put away. */
void ffh_ledger_put(ffh_ledger *ledger, uintptr_t address, uint32_t index);

#endif
