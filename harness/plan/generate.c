#include <string.h>

#include "plan/edit.h"
#include "plan/format.h"

static bool one_in(ffh_edit *edit, uint32_t n) {
  return ffh_edit_below(edit, n) == 0;
}

static uint8_t any_byte(ffh_edit *edit) {
  return (uint8_t)ffh_edit_below(edit, 256);
}

/* Room for new bytes; less than asked for when the scratch is nearly full. */
static uint8_t *scratch(ffh_edit *edit, uint32_t *size) {
  uint32_t left = (uint32_t)sizeof edit->scratch - edit->n_scratch;
  *size = *size < left ? *size : left;
  uint8_t *bytes = edit->scratch + edit->n_scratch;
  edit->n_scratch += *size;
  return bytes;
}

static void random_number(ffh_edit *edit, const ffh_function *function, unsigned at,
                          ffh_wish *wish) {
  const ffh_slot *slot = &function->slots[at];
  if (slot->kind == FFH_KIND_ENUM && slot->n_enumerators > 0) {
    wish->number = (uint64_t)slot->enumerators[ffh_edit_below(edit, slot->n_enumerators)];
  } else if (slot->kind == FFH_KIND_CALLBACK) {
    wish->number = any_byte(edit);
    wish->is_null = one_in(edit, 12);
  } else if (slot->n_dict > 0 && slot->dict[0].bytes == NULL && one_in(edit, 4)) {
    wish->number = (uint64_t)slot->dict[ffh_edit_below(edit, slot->n_dict)].number;
  } else if (one_in(edit, 3)) {
    wish->number = ffh_interesting_number(function, at, any_byte(edit));
  } else if (slot->kind == FFH_KIND_FLOAT) {
    double d = (double)(int64_t)ffh_edit_below(edit, 2001) / 10 - 100;
    memcpy(&wish->number, &d, sizeof d);
  } else if (one_in(edit, 4)) {
    wish->number = ffh_prng_next(edit->prng);
  } else {
    wish->number = ffh_edit_below(edit, one_in(edit, 2) ? 8 : 256);
  }
}

static uint32_t random_size(ffh_edit *edit, uint64_t cap) {
  uint32_t most = cap < 64 ? (uint32_t)cap : 64;
  switch (ffh_edit_below(edit, 8)) {
    case 0:
      return 0;
    case 1:
      return most > 0;
    case 2:
      return most;
    default:
      return ffh_edit_below(edit, (most < 24 ? most : 24) + 1);
  }
}

static void random_strings(ffh_edit *edit, ffh_wish *wish) {
  unsigned count = ffh_edit_below(edit, 5);
  uint32_t size = 0;
  wish->bytes = edit->scratch + edit->n_scratch;
  for (unsigned i = 0; i < count; i++) {
    uint32_t length = ffh_edit_below(edit, 17), room = length + 2;
    uint8_t *string = scratch(edit, &room);
    if (room < length + 2) {
      break;
    }
    string[0] = (uint8_t)length;
    string[1] = 0;
    for (uint32_t k = 0; k < length; k++) {
      string[2 + k] = any_byte(edit);
    }
    size += room;
  }
  wish->size = size;
}

static void random_bytes(ffh_edit *edit, const ffh_function *function, unsigned at,
                         ffh_wish *wish) {
  const ffh_slot *slot = &function->slots[at];
  uint64_t cap = ffh_slot_cap(function, at);
  uint32_t unit = ffh_slot_unit(slot);
  if (slot->kind == FFH_KIND_STRINGS) {
    random_strings(edit, wish);
    return;
  }
  if (slot->n_dict > 0 && slot->dict[0].bytes != NULL && one_in(edit, 2)) {
    const ffh_dict_entry *entry = &slot->dict[ffh_edit_below(edit, slot->n_dict)];
    wish->bytes = (const uint8_t *)entry->bytes;
    wish->size = entry->bytes == NULL ? 0 : entry->size;
    return;
  }
  uint32_t size = random_size(edit, cap) * unit;
  uint8_t *bytes = scratch(edit, &size);
  bool letters = one_in(edit, 2);
  for (uint32_t i = 0; i < size; i++) {
    bytes[i] = letters ? (uint8_t)('a' + ffh_edit_below(edit, 26)) : any_byte(edit);
  }
  wish->bytes = bytes;
  wish->size = size;
  uint64_t longest = cap * unit;
  if (size > 0 && longest > size && longest <= sizeof edit->scratch && one_in(edit, 10)) {
    wish->size = size < 4 * unit ? size : 4 * unit;
    wish->total = (uint32_t)(longest - (one_in(edit, 2) ? unit : 0));
  }
}

static bool ends(const ffh_slot *slot) {
  return (slot->flags & (FFH_SLOT_CONSUMES | FFH_SLOT_CONSUMES_ON_SUCCESS)) != 0;
}

void ffh_generate_wish(ffh_edit *edit, const ffh_function *function, unsigned at, ffh_wish *wish) {
  const ffh_slot *slot = &function->slots[at];
  *wish = (ffh_wish){.given = 1};
  /* To end NULL is one path only, and a short one. */
  bool null = (slot->flags & FFH_SLOT_NULLABLE) != 0 && one_in(edit, ends(slot) ? 32 : 8);
  switch (ffh_slot_class(function, at)) {
    case FFH_CLASS_NUMBER:
    case FFH_CLASS_CAPACITY:
    case FFH_CLASS_CALLBACK:
      random_number(edit, function, at, wish);
      break;
    case FFH_CLASS_HANDLE:
      wish->is_null = null;
      wish->pick = one_in(edit, 3) ? ffh_edit_below(edit, 16) : 0;
      break;
    case FFH_CLASS_BUFFER:
      wish->is_null = null;
      random_bytes(edit, function, at, wish);
      break;
    case FFH_CLASS_STRUCT:
      wish->is_null = null;
      break;
    case FFH_CLASS_ERROR:
      wish->given = one_in(edit, 16); /* a message handed in again */
      break;
    default:
      wish->given = 0;
      break;
  }
}

/* Versions before and after; sizes that end within the struct's last fields, and beyond it. */
static uint64_t version_number(ffh_edit *edit, const ffh_slot *slot) {
  uint64_t own = (uint64_t)slot->lo, step = UINT64_C(1) << ffh_edit_below(edit, 5);
  switch (ffh_edit_below(edit, 4)) {
    case 0:
      return own + step;
    case 1:
      return own - step;
    case 2:
      return own == 0 ? step : ffh_edit_below(edit, own < 4096 ? (uint32_t)own : 4096);
    default:
      return one_in(edit, 2) ? UINT64_MAX : own * 2;
  }
}

static uint64_t malformed_number(ffh_edit *edit, const ffh_function *function, unsigned at,
                                 ffh_form form) {
  static const uint64_t lengths[] = {UINT64_C(1) << 31, (UINT64_C(1) << 31) - 1, UINT32_MAX,
                                     UINT64_C(1) << 32};
  if (form == FFH_FORM_BAD_VERSION) {
    return version_number(edit, &function->slots[at]);
  }
  if (form == FFH_FORM_OVERSIZED) {
    return one_in(edit, 2) ? ffh_slot_cap(function, at) + 1 : lengths[ffh_edit_below(edit, 4)];
  }
  return one_in(edit, 4) ? ffh_prng_next(edit->prng) : ffh_edit_below(edit, 256);
}

bool ffh_generate_malformed(ffh_edit *edit, const ffh_function *function, ffh_wish *wishes) {
  unsigned n = 0;
  unsigned slot = 0, chosen = FFH_FORM_VALUE;
  for (unsigned i = 0; i < function->n_slots && function->rejects != 0; i++) {
    for (unsigned form = 1; form < FFH_FORM_COUNT; form++) {
      /* Each of the n so far is kept with probability 1/n (Vitter 1985, algorithm R). */
      if (ffh_slot_accepts(function, &function->slots[i], (ffh_form)form) && one_in(edit, ++n)) {
        slot = i;
        chosen = form;
      }
    }
  }
  if (n == 0) {
    return false;
  }
  for (unsigned i = 0; i < function->n_slots; i++) {
    wishes[i].form = FFH_FORM_VALUE;
  }
  wishes[slot].given = 1;
  wishes[slot].form = (uint8_t)chosen;
  wishes[slot].number = malformed_number(edit, function, slot, (ffh_form)chosen);
  wishes[slot].exact = 0;
  wishes[slot].pick = ffh_edit_below(edit, 16);
  for (uint16_t up = function->slots[slot].parent; up != FFH_NONE;
       up = function->slots[up].parent) {
    wishes[up].is_null = 0; /* or the value is not passed at all */
  }
  return true;
}

static bool takes(const ffh_function *function, uint16_t type) {
  for (unsigned i = 0; i < function->n_slots; i++) {
    if (function->slots[i].handle_type == type && ffh_slot_class(function, i) == FFH_CLASS_HANDLE) {
      return true;
    }
  }
  return false;
}

static unsigned uses(const ffh_plan *plan, uint16_t function) {
  unsigned n = 0;
  for (unsigned i = 0; i < plan->n_calls; i++) {
    n += plan->calls[i].function == function;
  }
  return n;
}

static bool any_lives(const ffh_build *build, uint16_t type) {
  for (uint16_t v = build->newest[type]; v != FFH_NO_VARIABLE; v = build->older[v]) {
    if (build->track.ended[v] == 0 && !build->track.unborn[v]) {
      return true;
    }
  }
  return false;
}

/* Whether only NULL could be passed to it, to be ended. */
static bool has_nothing_to_end(const ffh_build *build, const ffh_function *function) {
  for (unsigned i = 0; i < function->n_slots; i++) {
    const ffh_slot *slot = &function->slots[i];
    if (ffh_slot_class(function, i) == FFH_CLASS_HANDLE && ends(slot) &&
        (slot->flags & FFH_SLOT_NULLABLE) != 0 && !any_lives(build, slot->handle_type)) {
      return true;
    }
  }
  return false;
}

/* The function that the plan uses least among a few, and that has something to do; half the time
 * only those that take a handle of a kind that is already there. */
static uint16_t choose_function(ffh_edit *edit) {
  const ffh_index *index = edit->build->index;
  const ffh_plan *plan = edit->build->plan;
  uint16_t best = FFH_NONE;
  unsigned least = UINT32_MAX;
  uint16_t type = FFH_NONE;
  if (plan->n_variables > 0 && one_in(edit, 2)) {
    type = plan->variables[ffh_edit_below(edit, plan->n_variables)].handle_type;
  }
  for (unsigned tries = 0, found = 0; tries < 24 && found < 3; tries++) {
    uint16_t function = index->callable[ffh_edit_below(edit, index->n_callable)];
    if (type != FFH_NONE && tries < 20 && !takes(&index->functions[function], type)) {
      continue;
    }
    found++;
    unsigned n = uses(plan, function);
    if (has_nothing_to_end(edit->build, &index->functions[function])) {
      n += plan->n_calls / 4 + 1;
    }
    if (n < least) {
      least = n;
      best = function;
    }
  }
  return best;
}

uint32_t ffh_generate_fail(ffh_edit *edit) {
  return 1 + ffh_edit_below(edit, UINT32_C(1) << ffh_edit_below(edit, 7));
}

bool ffh_generate_call(ffh_edit *edit) {
  const ffh_index *index = edit->build->index;
  if (index->n_callable == 0) {
    return false;
  }
  uint16_t at = choose_function(edit);
  const ffh_function *function = &index->functions[at];
  for (unsigned i = 0; i < function->n_slots; i++) {
    ffh_generate_wish(edit, function, i, &edit->wishes[i]);
  }
  if (one_in(edit, 8)) {
    (void)ffh_generate_malformed(edit, function, edit->wishes);
  }
  if (!ffh_build_call(edit->build, at, ffh_edit_below(edit, edit->lanes), edit->wishes)) {
    return false;
  }
  if (ffh_function_may_fail_to_allocate(function) && one_in(edit, 8)) {
    ffh_build_fail(edit->build->plan, ffh_generate_fail(edit));
  }
  return true;
}

/* One byte flipped, set, removed or inserted: for programs without an engine's mutator. */
static uint32_t own_mutation(ffh_edit *edit, uint8_t *bytes, uint32_t size, uint32_t most) {
  unsigned what = size == 0 ? 3 : ffh_edit_below(edit, 4);
  uint32_t at = ffh_edit_below(edit, size);
  switch (what) {
    case 0:
      bytes[at] ^= (uint8_t)(1u << ffh_edit_below(edit, 8));
      return size;
    case 1:
      bytes[at] = any_byte(edit);
      return size;
    case 2:
      memmove(bytes + at, bytes + at + 1, size - at - 1);
      return size - 1;
    default:
      if (size == most) {
        return size;
      }
      memmove(bytes + at + 1, bytes + at, size - at);
      bytes[at] = any_byte(edit);
      return size + 1;
  }
}

void ffh_generate_bytes(ffh_edit *edit, const ffh_function *function, unsigned slot,
                        const ffh_value *value, ffh_wish *wish) {
  uint64_t cap = ffh_slot_cap(function, slot) * ffh_slot_unit(&function->slots[slot]);
  uint32_t most = value->size * 2 + 64;
  most = cap < most ? (uint32_t)cap : most;
  uint8_t *bytes = scratch(edit, &most);
  uint32_t size = value->size < most ? value->size : most;
  if (most == 0) {
    return;
  }
  if (size != 0) {
    memcpy(bytes, value->bytes, size);
  }
  uint32_t new_size = edit->mutate_bytes != NULL && !one_in(edit, 8)
                          ? (uint32_t)edit->mutate_bytes(bytes, size, most)
                          : own_mutation(edit, bytes, size, most);
  wish->given = 1;
  wish->is_null = 0;
  wish->total = 0;
  wish->bytes = bytes;
  wish->size = new_size < most ? new_size : most;
}
