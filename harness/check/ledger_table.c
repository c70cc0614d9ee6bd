#include <sys/mman.h>

#include "check/ledger_state.h"

bool ffh_ledger_table_start(ffh_ledger *ledger) {
  ledger->table_bits = FFH_LEDGER_FIRST_TABLE_BITS;
  ledger->table = ffh_ledger_map((sizeof *ledger->table) << FFH_LEDGER_FIRST_TABLE_BITS);
  return ledger->table != NULL;
}

static uint32_t home(const ffh_ledger *ledger, uint32_t hash) {
  return hash >> (32 - ledger->table_bits);
}

static bool is(const ffh_ledger *ledger, const ffh_ledger_entry *it, uint32_t wanted,
               uintptr_t address) {
  return it->record != 0 && it->hash == wanted &&
         ffh_ledger_at(ledger, it->record)->address == address;
}

/* Where the address is, or the empty place where it would go. */
static uint32_t probe(const ffh_ledger *ledger, uint32_t wanted, uintptr_t address) {
  uint32_t mask = (UINT32_C(1) << ledger->table_bits) - 1;
  uint32_t place = home(ledger, wanted);
  while (ledger->table[place].record != 0 && !is(ledger, &ledger->table[place], wanted, address)) {
    place = (place + 1) & mask;
  }
  return place;
}

/* False when the table stays as it is for want of memory. */
static bool grow(ffh_ledger *ledger) {
  ffh_ledger_entry *old = ledger->table;
  uint32_t old_size = UINT32_C(1) << ledger->table_bits;
  ffh_ledger_entry *larger = ffh_ledger_map(2 * (size_t)old_size * sizeof *larger);
  if (larger == NULL) {
    return false;
  }
  ledger->table = larger;
  ledger->table_bits++;
  uint32_t mask = 2 * old_size - 1;
  for (uint32_t i = 0; i < old_size; i++) {
    if (old[i].record != 0) {
      uint32_t place = home(ledger, old[i].hash);
      while (larger[place].record != 0) {
        place = (place + 1) & mask;
      }
      larger[place] = old[i];
    }
  }
  munmap(old, old_size * sizeof *old);
  return true;
}

static bool has_room(ffh_ledger *ledger) {
  uint32_t size = UINT32_C(1) << ledger->table_bits;
  if (ledger->used < size / 8 * 5) {
    return true;
  }
  return (ledger->table_bits < FFH_LEDGER_MAX_TABLE_BITS && grow(ledger)) ||
         ledger->used < size / 8 * 7;
}

/* Whatever follows in the cluster and may lie in the hole is moved there. */
static void take_out(ffh_ledger *ledger, uint32_t hole) {
  uint32_t mask = (UINT32_C(1) << ledger->table_bits) - 1;
  for (uint32_t i = (hole + 1) & mask; ledger->table[i].record != 0; i = (i + 1) & mask) {
    uint32_t from_home = (i - home(ledger, ledger->table[i].hash)) & mask;
    if (from_home >= ((i - hole) & mask)) {
      ledger->table[hole] = ledger->table[i];
      hole = i;
    }
  }
  ledger->table[hole] = (ffh_ledger_entry){0};
  ledger->used--;
}

/* ---- the young and the table ---- */

static ffh_ledger_entry *young_at(const ffh_ledger *ledger, uint32_t hash) {
  return (ffh_ledger_entry *)&ledger->young[hash >> (32 - FFH_LEDGER_YOUNG_BITS)];
}

/* 0 when the address is not known. */
uint32_t ffh_ledger_lookup(const ffh_ledger *ledger, uintptr_t address) {
  uint32_t wanted = ffh_ledger_hash(address);
  const ffh_ledger_entry *it = young_at(ledger, wanted);
  return is(ledger, it, wanted, address) ? it->record
                                         : ledger->table[probe(ledger, wanted, address)].record;
}

uint32_t ffh_ledger_take_out(ffh_ledger *ledger, uintptr_t address) {
  uint32_t wanted = ffh_ledger_hash(address);
  ffh_ledger_entry *it = young_at(ledger, wanted);
  if (is(ledger, it, wanted, address)) {
    uint32_t index = it->record;
    *it = (ffh_ledger_entry){0};
    return index;
  }
  uint32_t place = probe(ledger, wanted, address);
  uint32_t index = ledger->table[place].record;
  if (index != 0) {
    take_out(ledger, place);
  }
  return index;
}

/* A block that has lived long enough goes to the table. Without room there it is forgotten. */
static void settle(ffh_ledger *ledger, const ffh_ledger_entry *it) {
  if (!has_room(ledger)) {
    ffh_ledger_put_away(ledger, it->record);
    return;
  }
  uint32_t place = probe(ledger, it->hash, ffh_ledger_at(ledger, it->record)->address);
  if (ledger->table[place].record != 0) {
    ffh_ledger_put_away(ledger, ledger->table[place].record); /* its free was not seen */
  } else {
    ledger->used++;
  }
  ledger->table[place] = *it;
}

void ffh_ledger_put(ffh_ledger *ledger, uintptr_t address, uint32_t index) {
  uint32_t wanted = ffh_ledger_hash(address);
  ffh_ledger_entry *it = young_at(ledger, wanted);
  if (is(ledger, it, wanted, address)) {
    ffh_ledger_put_away(ledger, it->record);
  } else if (it->record != 0) {
    settle(ledger, it);
  }
  *it = (ffh_ledger_entry){.hash = wanted, .record = index};
}
