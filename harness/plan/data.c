/* Numbers and bytes of one call: wishes folded into what the contract allows. */
#include <string.h>

#include "base/bytes.h"
#include "plan/build.h"

static const ffh_wish default_wish;

static const ffh_wish *wish_for(const ffh_wish *wishes, unsigned slot) {
  return wishes == NULL ? &default_wish : &wishes[slot];
}

static uint64_t default_number(const ffh_layout *layout, unsigned at) {
  const ffh_slot *slot = &layout->function->slots[at];
  if (slot->n_dict > 0 && slot->dict[0].bytes == NULL) {
    return (uint64_t)slot->dict[0].number;
  }
  return slot->kind == FFH_KIND_CAPACITY ? (layout->caps[at] < 64 ? layout->caps[at] : 64) : 0;
}

static void put_number(const ffh_layout *layout, unsigned at, const ffh_wish *wish,
                       ffh_value *value) {
  const ffh_function *function = layout->function;
  const ffh_slot *slot = &function->slots[at];
  uint64_t number = wish->given ? wish->number : default_number(layout, at);
  if (value->form == FFH_FORM_BAD_ENUM) {
    (void)ffh_slot_unfold(slot, number, &value->number);
  } else if (slot->kind == FFH_KIND_CALLBACK && wish->is_null) {
    value->number = ffh_slot_fold(function, at, UINT64_MAX);
  } else {
    value->number = ffh_slot_fold(function, at, number);
  }
}

static void put_version(const ffh_layout *layout, unsigned at, const ffh_wish *wish,
                        ffh_value *value) {
  if (value->form == FFH_FORM_BAD_VERSION) {
    value->number = ffh_slot_other_version(&layout->function->slots[at], wish->number);
  }
}

/* The bytes a wish stands for: `total` of them, from `bytes` again and again. */
typedef struct source {
  const uint8_t *bytes;
  uint32_t size, total;
} source;

static source source_of(const ffh_slot *slot, const ffh_wish *wish) {
  if (!wish->given) {
    if (slot->n_dict > 0 && slot->dict[0].bytes != NULL) {
      return (source){(const uint8_t *)slot->dict[0].bytes, slot->dict[0].size, slot->dict[0].size};
    }
    return slot->kind == FFH_KIND_PATH ? (source){(const uint8_t *)"a", 1, 1}
                                       : (source){(const uint8_t *)"", 0, 0};
  }
  uint32_t total = wish->total != 0 && wish->size != 0 ? wish->total : wish->size;
  return (source){wish->bytes, wish->size, total};
}

/* `size` bytes of the source at the end of the plan's bytes, zeros after its own end. */
static uint8_t *put_bytes(ffh_plan *plan, const source *from, size_t size) {
  if (size > FFH_MAX_PLAN_BYTES - plan->n_bytes) {
    return NULL;
  }
  uint8_t *to = plan->bytes + plan->n_bytes;
  size_t have = from->total < size ? from->total : size;
  size_t once = from->size < have ? from->size : have;
  if (once != 0) {
    ffh_bytes_copy(to, from->bytes, once);
  }
  for (size_t done = once; done < have;) {
    size_t more = have - done < done ? have - done : done;
    memcpy(to + done, to, more);
    done += more;
  }
  ffh_bytes_fill(to + have, 0, size - have);
  plan->n_bytes += (uint32_t)size;
  return to;
}

static uint64_t count_of(const ffh_layout *layout, unsigned at, const ffh_wish *wish,
                         bool is_null) {
  const ffh_function *function = layout->function;
  if (is_null) {
    return 0;
  }
  const ffh_slot *slot = &function->slots[at];
  uint64_t cap = layout->caps[at];
  source from = source_of(slot, wish);
  if (slot->kind == FFH_KIND_STRINGS) {
    unsigned count;
    (void)ffh_strings_measure(from.bytes, from.size, (unsigned)cap, &count);
    return count;
  }
  uint64_t count = from.total / ffh_slot_unit(slot);
  return count < cap ? count : cap;
}

/* Strings without lengths end at their NUL, as texts do. */
static void repair(const ffh_slot *slot, uint8_t *bytes, size_t size) {
  bool has_nul =
      slot->kind == FFH_KIND_TEXT || (slot->kind == FFH_KIND_STRINGS && slot->partner2 == FFH_NONE);
  for (size_t i = 0; has_nul && i < size; i++) {
    if (bytes[i] == 0) {
      bytes[i] = '_';
    }
  }
  if ((slot->flags & FFH_SLOT_UTF8) != 0) {
    ffh_utf8_repair(bytes, size);
  }
}

static bool put_strings(ffh_plan *plan, const ffh_slot *slot, const ffh_wish *wish, unsigned count,
                        ffh_value *value) {
  source from = source_of(slot, wish);
  unsigned have;
  from.total = from.size = (uint32_t)ffh_strings_measure(from.bytes, from.size, count, &have);
  size_t size = from.size + 2 * (size_t)(count - have); /* the missing ones are empty */
  uint8_t *bytes = put_bytes(plan, &from, size);
  if (bytes == NULL) {
    return false;
  }
  for (size_t at = 0; at < size;) {
    size_t length = bytes[at] | (size_t)bytes[at + 1] << 8;
    repair(slot, bytes + at + 2, length);
    at += 2 + length;
  }
  value->bytes = bytes;
  value->size = (uint32_t)size;
  value->number = count;
  return true;
}

static bool put_path(ffh_plan *plan, const ffh_slot *slot, const source *from, ffh_value *value) {
  static const uint8_t names[] = "abcdefgh";
  source name = *from;
  name.total = name.size;
  if (!ffh_path_is_valid(slot, name.bytes, name.size)) {
    name = (source){&names[name.size == 0 ? 0 : name.bytes[0] % 8], 1, 1};
  }
  value->bytes = put_bytes(plan, &name, name.size);
  value->size = name.size;
  return value->bytes != NULL;
}

static bool put_bad_utf8(ffh_plan *plan, const ffh_layout *layout, unsigned at,
                         const ffh_wish *wish, ffh_value *value) {
  const ffh_function *function = layout->function;
  const ffh_slot *slot = &function->slots[at];
  source from = source_of(slot, wish);
  uint64_t cap = layout->caps[at];
  size_t size = from.total < cap ? from.total : (size_t)cap;
  uint8_t *bytes = put_bytes(plan, &from, size);
  if (bytes == NULL) {
    return false;
  }
  for (size_t i = 0; slot->kind == FFH_KIND_TEXT && i < size; i++) {
    bytes[i] = bytes[i] == 0 ? '_' : bytes[i];
  }
  if (ffh_utf8_is_valid(bytes, size)) {
    if (size < cap && plan->n_bytes < FFH_MAX_PLAN_BYTES) {
      size++;
      plan->n_bytes++;
    } else if (size == 0) {
      return false;
    }
    bytes[size - 1] = 0xff;
  }
  value->bytes = bytes;
  value->size = (uint32_t)size;
  return true;
}

static void put_declared(const ffh_layout *layout, unsigned at, const ffh_wish *wish,
                         ffh_value *value) {
  const ffh_function *function = layout->function;
  uint64_t low = 1, high = layout->caps[at];
  if (value->form == FFH_FORM_OVERSIZED) {
    low = high + 1;
    high = ffh_slot_declared_limit(function, &function->slots[at]);
  }
  high = high < low ? low : high;
  uint64_t number = wish->given ? wish->number : high;
  value->number = number >= low && number <= high ? number : low + number % (high - low + 1);
}

static bool put_buffer(ffh_plan *plan, const ffh_layout *layout, const ffh_wish *wishes,
                       unsigned at, ffh_value *values) {
  const ffh_function *function = layout->function;
  const ffh_slot *slot = &function->slots[at];
  const ffh_wish *wish = wish_for(wishes, at);
  ffh_value *value = &values[at];
  if (value->form == FFH_FORM_LENGTH_MISMATCH || value->form == FFH_FORM_OVERSIZED) {
    put_declared(layout, at, wish, value);
    return true;
  }
  if (value->form == FFH_FORM_BAD_UTF8) {
    return put_bad_utf8(plan, layout, at, wish, value);
  }
  source from = source_of(slot, wish);
  if (slot->kind == FFH_KIND_PATH) {
    return put_path(plan, slot, &from, value);
  }
  unsigned leader = layout->leaders[at];
  bool no_leader = values[leader].is_null || values[leader].form == FFH_FORM_NULL ||
                   ffh_values_absent(function, values, leader);
  uint64_t count = count_of(layout, leader, wish_for(wishes, leader), no_leader);
  if (slot->kind == FFH_KIND_STRINGS) {
    return put_strings(plan, slot, wish, (unsigned)count, value);
  }
  size_t size = (size_t)count * ffh_slot_unit(slot);
  uint8_t *bytes = put_bytes(plan, &from, size);
  if (bytes == NULL) {
    return false;
  }
  repair(slot, bytes, size);
  if (slot->kind == FFH_KIND_ARRAY && slot->elem_kind == FFH_KIND_STRUCT) {
    ffh_elements_repair(function, at, bytes, size);
  }
  value->bytes = bytes;
  value->size = (uint32_t)size;
  return true;
}

bool ffh_build_data(ffh_plan *plan, const ffh_layout *layout, const ffh_wish *wishes, unsigned at,
                    ffh_value *values) {
  switch ((ffh_class)layout->classes[at]) {
    case FFH_CLASS_NUMBER:
    case FFH_CLASS_CAPACITY:
    case FFH_CLASS_CALLBACK:
      put_number(layout, at, wish_for(wishes, at), &values[at]);
      return true;
    case FFH_CLASS_FIXED:
      put_version(layout, at, wish_for(wishes, at), &values[at]);
      return true;
    case FFH_CLASS_BUFFER:
      return put_buffer(plan, layout, wishes, at, values);
    default:
      return true;
  }
}
