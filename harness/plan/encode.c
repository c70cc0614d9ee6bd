#include <string.h>

#include "plan/format.h"

/* Counts on past the end; what does not fit is found out once, at the end. */
typedef struct writer {
  uint8_t *out;
  size_t size, capacity;
} writer;

static void put(writer *w, const void *bytes, size_t size) {
  if (w->size <= w->capacity && size <= w->capacity - w->size && size != 0) {
    memcpy(w->out + w->size, bytes, size);
  }
  w->size += size;
}

static void put_byte(writer *w, unsigned byte) {
  if (w->size < w->capacity) {
    w->out[w->size] = (uint8_t)byte;
  }
  w->size++;
}

static void put_u32(writer *w, uint32_t number) {
  for (unsigned i = 0; i < 4; i++) {
    put_byte(w, number >> (8 * i) & 0xff);
  }
}

static void put_varint(writer *w, uint64_t number) {
  for (; number >= 0x80; number >>= 7) {
    put_byte(w, (unsigned)(number & 0x7f) | 0x80);
  }
  put_byte(w, (unsigned)number);
}

static unsigned varint_size(uint64_t number) {
  unsigned n = 1;
  for (; number >= 0x80; number >>= 7) {
    n++;
  }
  return n;
}

static void put_head(writer *w, uint8_t tag, const ffh_value *value, ffh_content content) {
  put_byte(w, tag);
  put_byte(
      w, value->form | (value->is_null ? FFH_HEAD_NULL : 0) | (unsigned)content << FFH_HEAD_SHIFT);
}

static void put_number(writer *w, uint8_t tag, const ffh_value *value) {
  bool negative = (int64_t)value->number < 0;
  uint64_t number = negative ? ~value->number : value->number;
  unsigned n = 0;
  while (n < 8 && number >> (8 * n) != 0) {
    n++;
  }
  put_head(w, tag, value, negative ? FFH_CONTENT_NEGATIVE : FFH_CONTENT_NUMBER);
  put_varint(w, n);
  for (unsigned i = 0; i < n; i++) {
    put_byte(w, (unsigned)(number >> (8 * i)) & 0xff);
  }
}

static void put_variable(writer *w, uint8_t tag, const ffh_plan *plan, unsigned call,
                         const ffh_value *value) {
  const ffh_variable *variable = &plan->variables[value->variable];
  uint64_t back = call - variable->call;
  put_head(w, tag, value, FFH_CONTENT_VARIABLE);
  put_varint(w, varint_size(back) + 1);
  put_varint(w, back);
  put_byte(w, ffh_slot_tag(ffh_plan_function(plan, &plan->calls[variable->call]), variable->slot));
}

uint32_t ffh_bytes_period(const uint8_t *bytes, uint32_t size) {
  for (uint32_t p = 1; size >= 32 && p <= 16; p++) {
    if (memcmp(bytes, bytes + p, size - p) == 0) {
      return p;
    }
  }
  return 0;
}

static void put_bytes(writer *w, uint8_t tag, const ffh_value *value) {
  uint32_t repeats = ffh_bytes_period(value->bytes, value->size);
  if (repeats != 0) {
    put_head(w, tag, value, FFH_CONTENT_REPEATED);
    put_varint(w, varint_size(value->size) + repeats);
    put_varint(w, value->size);
    put(w, value->bytes, repeats);
  } else {
    put_head(w, tag, value, FFH_CONTENT_BYTES);
    put_varint(w, value->size);
    put(w, value->bytes, value->size);
  }
}

static void put_value(writer *w, const ffh_plan *plan, unsigned at, unsigned slot) {
  const ffh_call *call = &plan->calls[at];
  const ffh_function *function = ffh_plan_function(plan, call);
  const ffh_value *values = ffh_plan_values(plan, call), *value = &values[slot];
  ffh_class class = ffh_slot_class(function, slot);
  if (class == FFH_CLASS_DERIVED ||
      (function->slots[slot].parent != FFH_NONE && ffh_values_absent(function, values, slot))) {
    return;
  }
  uint8_t tag = ffh_slot_tag(function, slot);
  if (value->is_null || value->form == FFH_FORM_NULL) {
    put_head(w, tag, value, FFH_CONTENT_NONE);
    return;
  }
  bool declared = value->form == FFH_FORM_LENGTH_MISMATCH || value->form == FFH_FORM_OVERSIZED;
  switch (class) {
    case FFH_CLASS_NUMBER:
    case FFH_CLASS_CAPACITY:
    case FFH_CLASS_CALLBACK:
      put_number(w, tag, value);
      break;
    case FFH_CLASS_FIXED:
      if (value->form == FFH_FORM_BAD_VERSION) {
        put_number(w, tag, value);
      }
      break;
    case FFH_CLASS_ERROR:
      if (value->variable != FFH_NO_VARIABLE) {
        put_variable(w, tag, plan, at, value);
      }
      break;
    case FFH_CLASS_HANDLE:
      put_variable(w, tag, plan, at, value);
      break;
    case FFH_CLASS_BUFFER:
      if (declared) {
        put_number(w, tag, value);
      } else {
        put_bytes(w, tag, value);
      }
      break;
    default:
      break; /* not NULL, which is the default */
  }
}

static void put_values(writer *w, const ffh_plan *plan, unsigned at) {
  for (unsigned i = 0; i < plan->calls[at].n_values; i++) {
    put_value(w, plan, at, i);
  }
  uint16_t fail = plan->calls[at].fail;
  if (fail != 0) {
    put_byte(w, 0);
    put_byte(w, (unsigned)FFH_CONTENT_FAIL << FFH_HEAD_SHIFT);
    put_varint(w, varint_size(fail));
    put_varint(w, fail);
  }
}

static void put_thread(writer *w, ffh_thread_name thread) {
  put_byte(w, ffh_thread_is_lane(thread) ? thread : thread - FFH_MAX_LANES + FFH_FORMAT_LANES);
}

static void put_schedule(writer *w, const ffh_schedule *schedule) {
  bool more = schedule->depth != 0 || schedule->length != 0 || schedule->n_weights != 0;
  put_byte(w, schedule->lanes);
  put_byte(w, schedule->policy | (unsigned)schedule->granularity << FFH_SCHEDULE_GRANULARITY |
                  (more ? FFH_SCHEDULE_MORE : 0) | (schedule->warm != 0 ? FFH_SCHEDULE_WARM : 0));
  put_byte(w, schedule->stickiness | (schedule->exits != 0 ? FFH_SCHEDULE_EXITS : 0) |
                  (schedule->again != 0 ? FFH_SCHEDULE_AGAIN : 0));
  put_u32(w, schedule->seed);
  if (more) {
    put_byte(w, schedule->depth);
    put_varint(w, schedule->length);
    put_varint(w, schedule->n_weights);
    for (unsigned i = 0; i < schedule->n_weights; i++) {
      put_thread(w, schedule->weights[i].thread);
      put_varint(w, schedule->weights[i].points);
    }
  }
  put_varint(w, schedule->n_switches);
  uint64_t next = 0;
  for (unsigned i = 0; i < schedule->n_switches; i++) {
    put_varint(w, schedule->switches[i].step - next);
    put_thread(w, schedule->switches[i].thread);
    next = (uint64_t)schedule->switches[i].step + 1;
  }
}

size_t ffh_plan_encode(const ffh_plan *plan, uint8_t *out, size_t capacity) {
  return ffh_plan_encode_calls(plan, plan->n_calls, out, capacity);
}

size_t ffh_plan_encode_calls(const ffh_plan *plan, unsigned n_calls, uint8_t *out,
                             size_t capacity) {
  writer w = {out, 0, capacity};
  put(&w, "FFH", 3);
  put_byte(&w, FFH_FORMAT_VERSION);
  put_u32(&w, plan->target->id);
  put_schedule(&w, &plan->schedule);
  for (unsigned i = 0; i < n_calls; i++) {
    writer counted = {NULL, 0, 0};
    put_values(&counted, plan, i);
    put_u32(&w, ffh_plan_function(plan, &plan->calls[i])->id);
    put_byte(&w, plan->calls[i].lane);
    put_varint(&w, counted.size);
    put_values(&w, plan, i);
  }
  return w.size <= capacity ? w.size : 0;
}
