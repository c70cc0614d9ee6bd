#include <string.h>

#include "base/bytes.h"
#include "plan/format.h"

/* Reading past the end gives zeros, so truncated files need no special case. */
typedef struct reader {
  const uint8_t *at, *end;
} reader;

static uint8_t read_byte(reader *in) {
  return in->at < in->end ? *in->at++ : 0;
}

static uint32_t read_u32(reader *in) {
  uint32_t number = 0;
  if (in->end - in->at >= 4) {
    const uint8_t *at = in->at;
    in->at += 4;
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
  }
  for (unsigned i = 0; i < 4; i++) {
    number |= (uint32_t)read_byte(in) << (8 * i);
  }
  return number;
}

static inline uint64_t read_varint(reader *in) {
  if (in->at < in->end && *in->at < 0x80) {
    return *in->at++;
  }
  uint64_t number = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    uint8_t byte = read_byte(in);
    number |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80) {
      break;
    }
  }
  return number;
}

static reader read_part(reader *in, uint64_t size) {
  size_t left = (size_t)(in->end - in->at);
  reader part = {in->at, in->at + (size < left ? (size_t)size : left)};
  in->at = part.end;
  return part;
}

/* Where the calls of the file went: their first variable, and their place in the plan. */
typedef struct origin {
  uint16_t call; /* in the plan, FFH_NONE when it was dropped */
} origin;

typedef struct decoder {
  ffh_build *build;
  uint32_t n_file; /* calls read so far, also the unknown ones */
  origin origins[FFH_MAX_CALLS];
} decoder;

static uint16_t find_variable(const decoder *d, uint64_t back, uint8_t tag) {
  if (back == 0 || back > d->n_file || d->n_file - back >= FFH_MAX_CALLS) {
    return FFH_NO_VARIABLE;
  }
  uint16_t at = d->origins[d->n_file - back].call;
  if (at == FFH_NONE) {
    return FFH_NO_VARIABLE;
  }
  const ffh_plan *plan = d->build->plan;
  const ffh_call *call = &plan->calls[at];
  const ffh_value *values = ffh_plan_values(plan, call);
  const ffh_layout *layout = &d->build->index->layouts[call->function];
  for (ffh_slots left = layout->defines; left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    if (values[i].defines != FFH_NO_VARIABLE && layout->tags[i] == tag) {
      return values[i].defines;
    }
  }
  return FFH_NO_VARIABLE;
}

static void read_wish(const decoder *d, uint8_t head, reader content, ffh_wish *wish) {
  memset(wish, 0, sizeof *wish);
  wish->given = 1;
  wish->form = head & FFH_HEAD_FORM;
  wish->is_null = (head & FFH_HEAD_NULL) != 0;
  unsigned kind = head >> FFH_HEAD_SHIFT;
  switch (kind) {
    case FFH_CONTENT_NONE:
      break;
    case FFH_CONTENT_NUMBER:
    case FFH_CONTENT_NEGATIVE:
      for (unsigned i = 0; i < 8 && content.at < content.end; i++) {
        wish->number |= (uint64_t)*content.at++ << (8 * i);
      }
      if (kind == FFH_CONTENT_NEGATIVE) {
        wish->number = ~wish->number;
      }
      break;
    case FFH_CONTENT_VARIABLE: {
      uint64_t back = read_varint(&content);
      wish->exact = 1;
      wish->variable = find_variable(d, back, read_byte(&content));
      wish->pick = (uint32_t)back;
      break;
    }
    default:
      if (kind == FFH_CONTENT_REPEATED) {
        uint64_t total = read_varint(&content);
        wish->total = total < FFH_MAX_PLAN_BYTES ? (uint32_t)total : FFH_MAX_PLAN_BYTES;
      }
      wish->bytes = content.at;
      wish->size = (uint32_t)(content.end - content.at);
      break;
  }
}

/* The slot that the next value is for: slots are in file order unless the contract changed. */
static unsigned find_slot(const ffh_layout *layout, unsigned from, uint8_t tag,
                          const ffh_wish *wishes) {
  unsigned n = layout->function->n_slots;
  for (unsigned i = from; i < n; i++) {
    if (layout->tags[i] == tag) {
      return i;
    }
  }
  for (unsigned i = 0; i < from && i < n; i++) {
    if (layout->tags[i] == tag && !wishes[i].given) {
      return i;
    }
  }
  return n;
}

static void read_call(decoder *d, reader *in) {
  static ffh_wish wishes[FFH_MAX_SLOTS]; /* all zero between calls */
  ffh_plan *plan = d->build->plan;
  uint32_t id = read_u32(in);
  uint8_t lane = read_byte(in);
  reader payload = read_part(in, read_varint(in));
  uint16_t function = ffh_index_find(d->build->index, id);
  bool built = false;
  if (function == FFH_NONE || !ffh_function_is_callable(&plan->target->functions[function])) {
    plan->n_dropped += plan->n_dropped < UINT16_MAX;
  } else {
    const ffh_function *f = &plan->target->functions[function];
    const ffh_layout *layout = &d->build->index->layouts[function];
    ffh_slots given = 0;
    uint64_t fail = 0;
    unsigned next = 0;
    while (payload.end - payload.at >= 2) {
      uint8_t tag = read_byte(&payload), head = read_byte(&payload);
      unsigned kind = head >> FFH_HEAD_SHIFT;
      reader content = read_part(&payload, kind == FFH_CONTENT_NONE ? 0 : read_varint(&payload));
      if (kind == FFH_CONTENT_FAIL) {
        fail = read_varint(&content);
        continue;
      }
      unsigned slot = find_slot(layout, next, tag, wishes);
      if (slot < f->n_slots) {
        read_wish(d, head, content, &wishes[slot]);
        given |= (ffh_slots)1 << slot;
        next = slot + 1;
      }
    }
    built = ffh_build_call(d->build, function, lane, wishes);
    if (built && fail != 0) {
      ffh_build_fail(plan, fail);
    }
    while (given != 0) {
      wishes[ffh_slots_next(&given)] = (ffh_wish){0};
    }
  }
  if (d->n_file < FFH_MAX_CALLS) {
    d->origins[d->n_file].call = built ? (uint16_t)(plan->n_calls - 1) : FFH_NONE;
  }
  d->n_file++;
}

static unsigned read_thread(reader *in) {
  unsigned thread = read_byte(in);
  if (thread < FFH_FORMAT_LANES) {
    return thread % FFH_MAX_LANES;
  }
  return FFH_MAX_LANES + (thread - FFH_FORMAT_LANES) % FFH_MAX_ADOPTED;
}

static void read_schedule(ffh_build *build, reader *in) {
  ffh_schedule_wish wish = {.lanes = read_byte(in)};
  unsigned first = read_byte(in);
  bool more = (first & FFH_SCHEDULE_MORE) != 0;
  wish.warm = first & FFH_SCHEDULE_WARM;
  wish.policy = first & FFH_SCHEDULE_POLICY;
  wish.granularity = first >> FFH_SCHEDULE_GRANULARITY & 3u;
  unsigned second = read_byte(in);
  wish.stickiness = second & FFH_SCHEDULE_STICKINESS;
  wish.exits = second & FFH_SCHEDULE_EXITS;
  wish.again = second & FFH_SCHEDULE_AGAIN;
  wish.seed = read_u32(in);
  if (more) {
    wish.depth = read_byte(in);
    uint64_t length = read_varint(in);
    wish.length = length < UINT32_MAX ? (uint32_t)length : UINT32_MAX;
  }
  ffh_build_schedule(build, &wish);
  uint64_t n = more ? read_varint(in) : 0, step = 0;
  for (uint64_t i = 0; i < n && i < FFH_MAX_WEIGHTS && in->at < in->end; i++) {
    unsigned thread = read_thread(in);
    (void)ffh_build_weight(build, thread, read_varint(in));
  }
  n = read_varint(in);
  for (uint64_t i = 0; i < n && i < FFH_MAX_SWITCHES && in->at < in->end; i++) {
    step += (read_varint(in) & UINT32_MAX) + (i > 0);
    (void)ffh_build_switch(build, step, read_thread(in));
  }
}

ffh_decode_result ffh_plan_decode(const ffh_target *target, const uint8_t *data, size_t size,
                                  ffh_plan *plan) {
  static decoder d;
  d.build = ffh_build_shared();
  d.n_file = 0;
  ffh_build_begin(d.build, target, plan);
  if (size == 0) {
    return FFH_DECODE_OK; /* data may be NULL */
  }
  size = size < FFH_MAX_INPUT ? size : FFH_MAX_INPUT;
  if (size < FFH_FORMAT_HEADER || memcmp(data, "FFH", 3) != 0) {
    ffh_raw_decode(d.build, data, size);
    return FFH_DECODE_OK;
  }
  if (data[3] != FFH_FORMAT_VERSION) {
    return FFH_DECODE_OTHER_VERSION;
  }
  reader in = {data + 4, data + size};
  if (read_u32(&in) != target->id) {
    return FFH_DECODE_OTHER_TARGET;
  }
  read_schedule(d.build, &in);
  while (in.end - in.at >= 6 && d.n_file < 4 * FFH_MAX_CALLS) {
    read_call(&d, &in);
  }
  return FFH_DECODE_OK;
}
