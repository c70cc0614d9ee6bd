/* Which numbers a slot may hold, and the repair of those it may not. Numbers are kept as the value
 * itself: sign-extended to 64 bits where the slot is signed. */
#include <string.h>

#include "plan/build.h"

static unsigned slot_bits(const ffh_slot *slot) {
  return slot->size == 0 || slot->size >= 8 ? 64 : slot->size * 8;
}

static bool is_signed(const ffh_slot *slot) {
  return (slot->flags & FFH_SLOT_SIGNED) != 0;
}

/* What the C type makes of the number. */
static uint64_t as_type(const ffh_slot *slot, uint64_t number) {
  unsigned drop = 64 - slot_bits(slot);
  number <<= drop;
  return is_signed(slot) ? (uint64_t)((int64_t)number >> drop) : number >> drop;
}

void ffh_slot_range(const ffh_slot *slot, uint64_t *low, uint64_t *high) {
  unsigned bits = slot_bits(slot);
  uint64_t most = UINT64_MAX >> (64 - bits);
  if (slot->lo < slot->hi || (slot->lo == slot->hi && slot->lo != 0)) {
    *low = (uint64_t)slot->lo;
    *high = (uint64_t)slot->hi;
    if (!is_signed(slot) && slot->lo < 0) {
      *low = 0;
      /* All of an unsigned 64-bit number: its upper half has no other place in lo and hi. */
      *high = slot->lo == INT64_MIN ? most : *high;
    }
  } else if (is_signed(slot)) {
    *high = most >> 1;
    *low = ~*high;
  } else {
    *low = slot->lo > 0 ? (uint64_t)slot->lo : 0;
    *high = most;
  }
}

static bool in_range(const ffh_slot *slot, uint64_t number, uint64_t low, uint64_t high) {
  return is_signed(slot) ? (int64_t)number >= (int64_t)low && (int64_t)number <= (int64_t)high
                         : number >= low && number <= high;
}

static uint64_t fold_int(const ffh_slot *slot, uint64_t number) {
  uint64_t low, high;
  ffh_slot_range(slot, &low, &high);
  if (in_range(slot, number, low, high)) {
    return number;
  }
  uint64_t span = high - low + 1;
  return span == 0 ? number : low + (number - low) % span;
}

static bool is_enumerator(const ffh_slot *slot, uint64_t number) {
  for (unsigned i = 0; i < slot->n_enumerators; i++) {
    if ((uint64_t)slot->enumerators[i] == number) {
      return true;
    }
  }
  return false;
}

static uint64_t fold_flags(const ffh_slot *slot, uint64_t number) {
  uint64_t sum = 0;
  for (unsigned i = 0; i < slot->n_enumerators; i++) {
    uint64_t flag = (uint64_t)slot->enumerators[i];
    if ((number & flag) == flag) {
      sum |= flag;
    }
  }
  return sum;
}

static uint64_t fold_float(const ffh_slot *slot, uint64_t number) {
  if (!(slot->lo < slot->hi)) {
    return number;
  }
  double d;
  memcpy(&d, &number, sizeof d);
  double low = (double)slot->lo, high = (double)slot->hi;
  if (!(d >= low && d <= high)) {
    d = d > high ? high : low; /* not a number: the lowest */
    memcpy(&number, &d, sizeof d);
  }
  return number;
}

uint64_t ffh_slot_fold(const ffh_function *function, unsigned at, uint64_t number) {
  const ffh_slot *slot = &function->slots[at];
  switch ((ffh_kind)slot->kind) {
    case FFH_KIND_BOOL:
      return number % 2;
    case FFH_KIND_ENUM:
      if (slot->n_enumerators == 0 || is_enumerator(slot, number)) {
        return slot->n_enumerators == 0 ? fold_int(slot, number) : number;
      }
      return (uint64_t)slot->enumerators[number % slot->n_enumerators];
    case FFH_KIND_FLAGS:
      return fold_flags(slot, number);
    case FFH_KIND_FLOAT:
      return fold_float(slot, number);
    case FFH_KIND_CAPACITY: {
      uint64_t cap = ffh_slot_cap(function, at);
      return number <= cap ? number : number % (cap + 1);
    }
    case FFH_KIND_CALLBACK:
      if (number == UINT64_MAX && (slot->flags & FFH_SLOT_NULLABLE) != 0) {
        return number;
      }
      return number % slot->callback->n_impls;
    default:
      return fold_int(slot, number);
  }
}

static bool is_bad(const ffh_slot *slot, uint64_t number) {
  switch (slot->kind) {
    case FFH_KIND_BOOL:
      return number > 1;
    case FFH_KIND_ENUM:
      return slot->n_enumerators != 0 && !is_enumerator(slot, number);
    default:
      return fold_flags(slot, number) != number;
  }
}

bool ffh_slot_unfold(const ffh_slot *slot, uint64_t number, uint64_t *bad) {
  number = as_type(slot, number);
  if (slot->kind == FFH_KIND_FLAGS && !is_bad(slot, number)) {
    uint64_t all = 0;
    for (unsigned i = 0; i < slot->n_enumerators; i++) {
      all |= (uint64_t)slot->enumerators[i];
    }
    number = as_type(slot, number | (~all & -~all)); /* the lowest bit that is no flag */
  }
  for (unsigned tries = 0; tries <= slot->n_enumerators + 2u; tries++) {
    if (is_bad(slot, number)) {
      *bad = number;
      return true;
    }
    number = as_type(slot, number + 1);
  }
  return false;
}

uint64_t ffh_slot_other_version(const ffh_slot *slot, uint64_t number) {
  number = as_type(slot, number);
  return number != as_type(slot, (uint64_t)slot->lo) ? number : as_type(slot, number + 1);
}
