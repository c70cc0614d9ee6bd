#include "check/ledger.h"

#include "base/assert.h"
#include "check/ledger_state.h"
#include "ffh/cross.h"

/* ---- what was freed lately ---- */

static ffh_ledger_free *recent_at(const ffh_ledger *ledger, uintptr_t address) {
  return (ffh_ledger_free *)&ledger
      ->recent[ffh_ledger_hash(address) >> (32 - FFH_LEDGER_RECENT_BITS)];
}

static const ffh_ledger_free *find_recent(const ffh_ledger *ledger, uintptr_t address) {
  const ffh_ledger_free *it = recent_at(ledger, address);
  bool known =
      it->address == address && ffh_ledger_at(ledger, it->record)->sequence == it->sequence;
  return known ? it : NULL;
}

static void forget_recent(ffh_ledger *ledger, uintptr_t address) {
  ffh_ledger_free *it = recent_at(ledger, address);
  if (it->address == address) {
    it->address = 0;
  }
}

static void remember(ffh_ledger *ledger, uint32_t index, const ffh_freeing *freeing) {
  *recent_at(ledger, freeing->address) =
      (ffh_ledger_free){.address = freeing->address,
                        .sequence = ffh_ledger_at(ledger, index)->sequence,
                        .record = index,
                        .thread = freeing->thread,
                        .call = freeing->call,
                        .side = freeing->side,
                        .family = freeing->family};
}

/* ---- events ---- */

ffh_ledger *ffh_ledger_new(void) {
  ffh_ledger *ledger = ffh_ledger_map(sizeof *ledger);
  if (ledger == NULL) {
    return NULL;
  }
  ledger->chunks[0].records = ffh_ledger_map(FFH_LEDGER_CHUNK * sizeof(ffh_ledger_record));
  ledger->next_unused = 1;
  return ledger->chunks[0].records == NULL || !ffh_ledger_table_start(ledger) ? NULL : ledger;
}

void ffh_ledger_begin_input(ffh_ledger *ledger) {
  ledger->input_start = ledger->sequence;
  ledger->live_of_input = 0;
}

void ffh_ledger_allocated(ffh_ledger *ledger, const ffh_block *block) {
  FFH_ASSERT(block->address != 0 && block->n_frames <= FFH_BLOCK_FRAMES);
  forget_recent(ledger, block->address);
  uint32_t index = ffh_ledger_take_record(ledger);
  if (index == 0) {
    return;
  }
  *ffh_ledger_at(ledger, index) = (ffh_ledger_record){.address = block->address,
                                                      .size = block->size,
                                                      .sequence = ++ledger->sequence,
                                                      .align = block->align,
                                                      .thread = block->thread,
                                                      .call = block->call,
                                                      .inner = block->inner,
                                                      .side = block->side,
                                                      .family = block->family};
  ffh_ledger_keep_frames(ledger, index, block);
  ffh_ledger_link_newest(ledger, index);
  ffh_ledger_put(ledger, block->address, index);
  ledger->live++;
  ledger->live_of_input++;
}

void ffh_ledger_forget(ffh_ledger *ledger, uintptr_t address) {
  forget_recent(ledger, address);
  uint32_t index = ffh_ledger_take_out(ledger, address);
  if (index != 0) {
    ffh_ledger_put_away(ledger, index);
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
static ffh_free_fault judge(const ffh_ledger_record *it, const ffh_freeing *freeing) {
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
  return ffh_block_may_free(it->side, it->spoken_of, freeing->side) ? FFH_FREE_OK
                                                                    : FFH_FREE_CROSS_SIDE;
}

static ffh_free_fault judge_unknown(const ffh_ledger *ledger, const ffh_freeing *freeing,
                                    ffh_block *block) {
  if (freeing->side == FFH_SIDE_HARNESS) {
    return FFH_FREE_OK;
  }
  const ffh_ledger_free *before = find_recent(ledger, freeing->address);
  if (before != NULL) {
    ffh_ledger_tell(ledger, before->record, block);
    return FFH_FREE_TWICE;
  }
  return freeing->ranged ? FFH_FREE_INVALID : FFH_FREE_OK;
}

ffh_free_fault ffh_ledger_freed(ffh_ledger *ledger, const ffh_freeing *freeing, ffh_block *block) {
  uint32_t index = ffh_ledger_take_out(ledger, freeing->address);
  if (index == 0) {
    return judge_unknown(ledger, freeing, block);
  }
  ffh_free_fault fault = judge(ffh_ledger_at(ledger, index), freeing);
  if (fault != FFH_FREE_OK) {
    ffh_ledger_tell(ledger, index, block);
  }
  remember(ledger, index, freeing);
  ffh_ledger_put_away(ledger, index);
  return fault;
}

void ffh_ledger_give(ffh_ledger *ledger, uintptr_t address, uint8_t side, bool spoken_of) {
  uint32_t index = ffh_ledger_lookup(ledger, address);
  ffh_ledger_record *it = ffh_ledger_at(ledger, index);
  if (index != 0 && !(side == FFH_SIDE_LEGACY && it->side >= FFH_SIDE_TAGGED)) {
    it->side = side;
    it->spoken_of = spoken_of;
  }
}

/* ---- questions ---- */

bool ffh_ledger_first_free(const ffh_ledger *ledger, uintptr_t address, ffh_freeing *freeing) {
  const ffh_ledger_free *it = find_recent(ledger, address);
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
  uint32_t index = ffh_ledger_lookup(ledger, address);
  if (index != 0) {
    ffh_ledger_tell(ledger, index, block);
  }
  return index != 0;
}

bool ffh_ledger_find_around(const ffh_ledger *ledger, uintptr_t address, ffh_block *block) {
  if (ffh_ledger_find(ledger, address, block)) {
    return true;
  }
  for (uint32_t i = ledger->newest; i != 0; i = ffh_ledger_at(ledger, i)->older) {
    if (address - ffh_ledger_at(ledger, i)->address < ffh_ledger_at(ledger, i)->size) {
      ffh_ledger_tell(ledger, i, block);
      return true;
    }
  }
  return false;
}

int64_t ffh_ledger_live(const ffh_ledger *ledger) {
  return ledger->live_of_input;
}

int64_t ffh_ledger_live_ever(const ffh_ledger *ledger) {
  return ledger->live;
}

void ffh_ledger_each(const ffh_ledger *ledger, bool (*see)(const ffh_block *block, void *context),
                     void *context) {
  uint32_t first = ledger->newest;
  while (first != 0 && ffh_ledger_at(ledger, first)->sequence > ledger->input_start) {
    first = ffh_ledger_at(ledger, first)->older;
  }
  ffh_block block;
  for (uint32_t i = first == 0 ? ledger->oldest : ffh_ledger_at(ledger, first)->newer; i != 0;
       i = ffh_ledger_at(ledger, i)->newer) {
    ffh_ledger_tell(ledger, i, &block);
    if (!see(&block, context)) {
      return;
    }
  }
}
