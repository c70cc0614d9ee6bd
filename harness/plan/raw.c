/* Raw bytes: what libFuzzer and AFL++ make without our mutator. A byte picks a function, one a
 * lane, and one or two each value, so that every mutation changes the plan a little. */
#include <string.h>

#include "plan/format.h"

typedef struct reader {
  const uint8_t *at, *end;
} reader;

static uint8_t next(reader *in) {
  return in->at < in->end ? *in->at++ : 0;
}

static uint64_t next_many(reader *in, unsigned n) {
  uint64_t number = 0;
  for (unsigned i = 0; i < n; i++) {
    number |= (uint64_t)next(in) << (8 * i);
  }
  return number;
}

uint64_t ffh_interesting_number(const ffh_function *function, unsigned at, uint8_t byte) {
  const ffh_slot *slot = &function->slots[at];
  if (slot->n_dict > 0 && slot->dict[0].bytes == NULL && (byte & 1) != 0) {
    return (uint64_t)slot->dict[(byte >> 1) % slot->n_dict].number;
  }
  if (slot->kind == FFH_KIND_CAPACITY) {
    uint64_t cap = ffh_slot_cap(function, at);
    return byte % 4 == 0 ? 0 : byte % 4 == 1 ? 1 : byte % 4 == 2 ? cap - (cap > 0) : cap;
  }
  if (slot->kind == FFH_KIND_FLOAT) {
    static const double values[] = {0.0, -0.0, 1.0, -1.0, 0.5, 1e300, -1e300, 1e-310};
    double d = values[byte % 8];
    uint64_t number;
    memcpy(&number, &d, sizeof number);
    return byte < 0xf0 ? number : UINT64_C(0x7ff0000000000000) | (uint64_t)(byte & 8) << 48;
  }
  uint64_t low, high;
  ffh_slot_range(slot, &low, &high);
  switch (byte % 8) {
    case 0:
      return low;
    case 1:
      return high;
    case 2:
      return low + 1;
    case 3:
      return high - 1;
    case 4:
      return UINT64_C(1) << (byte >> 3) << 4;
    case 5:
      return (UINT64_C(1) << (byte >> 3) << 4) - 1;
    case 6:
      return (UINT64_C(1) << (byte >> 3) << 4) + 1;
    default:
      return ~(uint64_t)(byte >> 3);
  }
}

/* Sizes worth trying, below 2^20. */
static uint64_t interesting_size(uint64_t cap, uint8_t byte) {
  switch (byte % 4) {
    case 0:
      return cap;
    case 1:
      return cap - (cap > 0);
    case 2:
      return cap / 2;
    default:
      return 256;
  }
}

static void read_buffer(reader *in, const ffh_function *function, unsigned at, ffh_wish *wish) {
  const ffh_slot *slot = &function->slots[at];
  uint8_t byte = next(in);
  if (slot->n_dict > 0 && slot->dict[0].bytes != NULL && byte >= 0xc0 && byte < 0xf0) {
    const ffh_dict_entry *entry = &slot->dict[byte % slot->n_dict];
    wish->bytes = (const uint8_t *)entry->bytes;
    wish->size = entry->bytes == NULL ? 0 : entry->size;
    return;
  }
  uint32_t unit = ffh_slot_unit(slot), left = (uint32_t)(in->end - in->at);
  uint64_t want = byte < 0xf0 ? byte % 48u * (uint64_t)unit : 16;
  wish->bytes = in->at;
  wish->size = want < left ? (uint32_t)want : left;
  if (byte >= 0xf0 && wish->size > 0) { /* long, from few bytes */
    uint64_t size = interesting_size(ffh_slot_cap(function, at), byte) * unit;
    wish->size = wish->size < (byte & 12u) + 1 ? wish->size : (byte & 12u) + 1;
    wish->total = size < FFH_MAX_PLAN_BYTES / 16 ? (uint32_t)size : FFH_MAX_PLAN_BYTES / 16;
  }
  in->at += wish->size;
}

/* The same bytes cut into strings: each length in one byte. */
static void read_strings(reader *in, ffh_wish *wish) {
  static uint8_t room[4096];
  static size_t used;
  unsigned count = next(in) % 8u;
  used = used + 8 * 66 > sizeof room ? 0 : used;
  uint8_t *start = room + used;
  size_t size = 0;
  for (unsigned i = 0; i < count; i++) {
    size_t length = next(in) % 64u, left = (size_t)(in->end - in->at);
    length = length < left ? length : left;
    start[size] = (uint8_t)length;
    start[size + 1] = 0;
    memcpy(start + size + 2, in->at, length);
    in->at += length;
    size += length + 2;
  }
  used += size;
  wish->bytes = start;
  wish->size = (uint32_t)size;
}

static void read_number(reader *in, const ffh_function *function, unsigned at, ffh_wish *wish) {
  const ffh_slot *slot = &function->slots[at];
  uint8_t byte = next(in);
  if (slot->kind == FFH_KIND_ENUM && slot->n_enumerators > 0) {
    wish->number = (uint64_t)slot->enumerators[byte % slot->n_enumerators];
  } else if (slot->kind <= FFH_KIND_FLAGS && slot->kind != FFH_KIND_INT) {
    wish->number = byte;
  } else if (slot->kind == FFH_KIND_CALLBACK) {
    wish->number = byte;
    wish->is_null = byte >= 0xf0;
  } else if (byte >= 0xf8) {
    wish->number = next_many(in, byte == 0xff ? 8 : 1u << (byte & 3u));
  } else if (byte >= 0x80) {
    wish->number = ffh_interesting_number(function, at, (uint8_t)(byte << 1));
  } else if (slot->kind == FFH_KIND_FLOAT) {
    double d = byte - 64.0;
    memcpy(&wish->number, &d, sizeof d);
  } else {
    uint64_t low, high;
    ffh_slot_range(slot, &low, &high);
    bool around_zero = slot->kind == FFH_KIND_CAPACITY || (int64_t)low < 0;
    wish->number = around_zero ? byte : low + byte;
  }
}

static void read_value(reader *in, const ffh_function *function, unsigned at, ffh_wish *wish) {
  const ffh_slot *slot = &function->slots[at];
  wish->given = 1;
  switch (ffh_slot_class(function, at)) {
    case FFH_CLASS_NUMBER:
    case FFH_CLASS_CAPACITY:
    case FFH_CLASS_CALLBACK:
      read_number(in, function, at, wish);
      break;
    case FFH_CLASS_HANDLE: {
      uint8_t byte = next(in);
      wish->pick = byte;
      wish->is_null = byte >= 0xf0;
      break;
    }
    case FFH_CLASS_BUFFER:
      if ((slot->flags & FFH_SLOT_NULLABLE) != 0 && in->at < in->end && *in->at == 0xff) {
        in->at++;
        wish->is_null = 1;
      } else if (slot->kind == FFH_KIND_STRINGS) {
        read_strings(in, wish);
      } else {
        read_buffer(in, function, at, wish);
      }
      break;
    case FFH_CLASS_STRUCT:
      if ((slot->flags & FFH_SLOT_NULLABLE) != 0) {
        wish->is_null = next(in) >= 0xf0;
      }
      break;
    default:
      wish->given = 0;
      break;
  }
}

/* Asks for a malformed form in one of the slots that take one. */
static void read_form(reader *in, const ffh_function *function, ffh_wish *wishes) {
  uint8_t byte = next(in);
  unsigned n = 0;
  for (unsigned pass = 0; pass < 2; pass++) {
    unsigned chosen = n == 0 ? 0 : byte % n;
    for (unsigned i = 0; i < function->n_slots; i++) {
      for (unsigned form = 1; form < FFH_FORM_COUNT; form++) {
        if (!ffh_slot_accepts(function, &function->slots[i], (ffh_form)form)) {
          continue;
        }
        if (pass == 0) {
          n++;
        } else if (chosen-- == 0) {
          wishes[i].form = (uint8_t)form;
          if (form == FFH_FORM_OVERSIZED) {
            static const uint64_t lengths[] = {0, UINT64_C(1) << 31, (UINT64_C(1) << 31) - 1,
                                               UINT32_MAX, UINT64_C(1) << 32};
            unsigned which = next(in) % 5u;
            wishes[i].number = which == 0 ? ffh_slot_cap(function, i) + 1 : lengths[which];
          } else if (form == FFH_FORM_LENGTH_MISMATCH || form == FFH_FORM_BAD_ENUM ||
                     form == FFH_FORM_BAD_VERSION) {
            wishes[i].number = next(in);
          }
          return;
        }
      }
    }
    if (n == 0) {
      return;
    }
  }
}

static void read_call(ffh_build *build, reader *in) {
  static ffh_wish wishes[FFH_MAX_SLOTS];
  const ffh_index *index = build->index;
  unsigned which = next(in);
  if (index->n_callable > 256) {
    which |= (unsigned)next(in) << 8;
  }
  uint8_t lane = next(in);
  uint16_t at = index->callable[which % index->n_callable];
  const ffh_function *function = &index->functions[at];
  memset(wishes, 0, function->n_slots * sizeof wishes[0]);
  for (unsigned i = 0; i < function->n_slots; i++) {
    read_value(in, function, i, &wishes[i]);
  }
  if (lane >= 0xe0 && function->rejects != 0) {
    read_form(in, function, wishes);
  }
  (void)ffh_build_call(build, at, lane, wishes);
}

void ffh_raw_decode(ffh_build *build, const uint8_t *data, size_t size) {
  reader in = {data, data + size};
  uint8_t schedule = next(&in);
  unsigned strength = schedule / 10u;
  ffh_schedule_wish wish = {.policy = ffh_policy_draw(schedule),
                            .granularity = schedule >= 0xf0   ? FFH_GRANULARITY_CALLS
                                           : schedule >= 0xe0 ? FFH_GRANULARITY_SYNC
                                                              : FFH_GRANULARITY_MEMORY,
                            .stickiness = strength,
                            .depth = 1 + strength % 5,
                            .seed = (uint32_t)next_many(&in, 2)};
  ffh_build_schedule(build, &wish);
  if (build->index->n_callable == 0) {
    return;
  }
  for (unsigned n = 0; in.at < in.end && n < 4 * FFH_MAX_CALLS; n++) {
    read_call(build, &in);
  }
}
