#include "check/shadow.h"

#include <string.h>

/* Where a value is, in both calls. */
typedef struct place {
  const uint8_t *call, *shadow;
} place;

typedef struct comparison {
  const ffh_frame *call, *shadow;
  ffh_verdict *verdict;
  unsigned differences;
  /* The name of what is being compared: "prices[2]." before a field. */
  char prefix[64];
} comparison;

/* ---- telling ---- */

static ffh_out *begin_difference(comparison *c, const char *name, ffh_out *out) {
  ffh_verdict *verdict = c->verdict;
  c->differences++;
  if (verdict->n_evidence == FFH_MAX_EVIDENCE) {
    return NULL;
  }
  ffh_evidence *one = &verdict->evidence[verdict->n_evidence++];
  one->n_frames = 0;
  one->title[0] = '\0';
  *out = (ffh_out){one->title, 0, sizeof one->title, false};
  ffh_out_str(out, c->prefix);
  ffh_out_str(out, name);
  ffh_out_str(out, ": ");
  return out;
}

static void differs(comparison *c, uint16_t index, const char *call, const char *shadow) {
  ffh_out out;
  if (c->verdict->slot == FFH_NONE) {
    c->verdict->slot = index;
  }
  if (begin_difference(c, c->call->function->slots[index].name, &out) != NULL) {
    ffh_out_str(&out, call);
    ffh_out_str(&out, ", its shadow: ");
    ffh_out_str(&out, shadow);
  }
}

static void print_number(const ffh_slot *slot, bool is_float, const uint8_t *at, char *text,
                         size_t size) {
  ffh_out out = {text, 0, size, false};
  if (is_float) {
    double wide;
    float narrow;
    if (slot->size == sizeof narrow) {
      memcpy(&narrow, at, sizeof narrow);
      wide = (double)narrow;
    } else {
      memcpy(&wide, at, sizeof wide);
    }
    uint64_t bits;
    memcpy(&bits, &wide, sizeof bits);
    ffh_out_double(&out, bits);
  } else if ((slot->flags & FFH_SLOT_SIGNED) != 0) {
    ffh_out_signed(&out, ffh_frame_read(slot, at));
  } else {
    ffh_out_unsigned(&out, (uint64_t)ffh_frame_read(slot, at));
  }
}

static void print_bytes(const uint8_t *bytes, size_t size, size_t from, char *text, size_t room) {
  ffh_out out = {text, 0, room, false};
  if (bytes == NULL) {
    ffh_out_str(&out, "NULL");
    return;
  }
  size_t rest = size - (from < size ? from : size);
  ffh_out_json(&out, (const char *)bytes + size - rest, rest < 16 ? rest : 16);
  ffh_out_str(&out, rest > 16 ? "..." : "");
}

/* ---- values ---- */

static bool is_nan(const uint8_t *at, size_t size) {
  if (size == sizeof(float)) {
    uint32_t bits;
    memcpy(&bits, at, sizeof bits);
    return (bits & UINT32_C(0x7fffffff)) > UINT32_C(0x7f800000);
  }
  uint64_t bits;
  memcpy(&bits, at, sizeof bits);
  return (bits & UINT64_C(0x7fffffffffffffff)) > UINT64_C(0x7ff0000000000000);
}

static bool same_number(bool is_float, size_t size, place at) {
  return memcmp(at.call, at.shadow, size) == 0 ||
         (is_float && is_nan(at.call, size) && is_nan(at.shadow, size));
}

static void compare_number(comparison *c, uint16_t index, place at) {
  const ffh_slot *slot = &c->call->function->slots[index];
  bool is_float = slot->kind == FFH_KIND_FLOAT;
  size_t size = slot->size < sizeof(uint64_t) ? slot->size : sizeof(uint64_t);
  if (!same_number(is_float, size, at)) {
    char call[40], shadow[40];
    print_number(slot, is_float, at.call, call, sizeof call);
    print_number(slot, is_float, at.shadow, shadow, sizeof shadow);
    differs(c, index, call, shadow);
  }
}

static bool is_number(uint8_t kind) {
  return kind <= FFH_KIND_FLOAT || kind == FFH_KIND_STATUS || kind == FFH_KIND_WRITTEN ||
         kind == FFH_KIND_CAPACITY;
}

/* The fields of one element of an array, by the field slots of the array. */
static void compare_fields(comparison *c, uint16_t parent, place at) {
  const ffh_function *function = c->call->function;
  for (uint16_t i = 0; i < function->n_slots; i++) {
    const ffh_slot *field = &function->slots[i];
    if (field->parent != parent) {
      continue;
    }
    place inside = {at.call + field->offset, at.shadow + field->offset};
    if (is_number(field->kind)) {
      compare_number(c, i, inside);
    } else if (field->kind == FFH_KIND_STRUCT && (field->flags & FFH_SLOT_BY_VALUE) != 0) {
      compare_fields(c, i, inside);
    }
  }
}

static void compare_elements(comparison *c, uint16_t index, place at, uint64_t count,
                             size_t element) {
  ffh_slot slot = c->call->function->slots[index];
  bool is_float = slot.elem_kind == FFH_KIND_FLOAT;
  slot.size = (uint32_t)element;
  for (uint64_t i = 0; i < count; i++, at.call += element, at.shadow += element) {
    ffh_out name = {c->prefix, 0, sizeof c->prefix, false};
    ffh_out_str(&name, slot.name);
    ffh_out_char(&name, '[');
    ffh_out_unsigned(&name, i);
    ffh_out_char(&name, ']');
    if (slot.elem_kind == FFH_KIND_STRUCT) {
      ffh_out_char(&name, '.');
      compare_fields(c, index, at);
    } else if (!same_number(is_float, element, at)) {
      char call[40], shadow[40];
      print_number(&slot, is_float, at.call, call, sizeof call);
      print_number(&slot, is_float, at.shadow, shadow, sizeof shadow);
      ffh_out out;
      c->verdict->slot = c->verdict->slot == FFH_NONE ? index : c->verdict->slot;
      if (begin_difference(c, "", &out) != NULL) {
        ffh_out_str(&out, call);
        ffh_out_str(&out, ", its shadow: ");
        ffh_out_str(&out, shadow);
      }
    }
  }
  c->prefix[0] = '\0';
}

static void compare_bytes(comparison *c, uint16_t index, const uint8_t *call, size_t call_size,
                          const uint8_t *shadow, size_t shadow_size) {
  size_t same = 0;
  while (call != NULL && shadow != NULL && same < call_size && same < shadow_size &&
         call[same] == shadow[same]) {
    same++;
  }
  if ((call == NULL) == (shadow == NULL) && same == call_size && same == shadow_size) {
    return;
  }
  ffh_out name = {c->prefix, 0, sizeof c->prefix, false};
  if (same != 0) {
    ffh_out_str(&name, "from byte ");
    ffh_out_unsigned(&name, same);
    ffh_out_str(&name, " of ");
  }
  char told[48], other[48];
  print_bytes(call, call_size, same, told, sizeof told);
  print_bytes(shadow, shadow_size, same, other, sizeof other);
  differs(c, index, told, other);
  c->prefix[0] = '\0';
}

/* ---- slots ---- */

/* How many elements the callee says it wrote into the buffer; all that fit where it says nothing.
 */
static uint64_t written(const ffh_frame *frame, uint16_t buffer) {
  const ffh_function *function = frame->function;
  uint64_t room = frame->count[buffer], count = room;
  for (uint16_t i = 0; i < function->n_slots; i++) {
    const ffh_slot *slot = &function->slots[i];
    bool counts = slot->kind == FFH_KIND_WRITTEN ||
                  (slot->kind == FFH_KIND_CAPACITY && slot->direction == FFH_DIR_INOUT);
    if (counts && slot->partner == buffer) {
      const uint8_t *at = slot->param == FFH_PARAM_RESULT ? (const uint8_t *)&frame->result
                                                          : ffh_frame_at(frame, i);
      count = at == NULL ? count : (uint64_t)ffh_frame_read(slot, at);
    }
  }
  return count < room ? count : room;
}

static void compare_buffer(comparison *c, uint16_t index) {
  const ffh_slot *slot = &c->call->function->slots[index];
  place at = {c->call->storage[index], c->shadow->storage[index]};
  if (at.call == NULL || at.shadow == NULL || slot->direction == FFH_DIR_IN) {
    return;
  }
  uint64_t count = written(c->call, index), other = written(c->shadow, index);
  if (slot->kind == FFH_KIND_TEXT) {
    compare_bytes(c, index, at.call, strnlen((const char *)at.call, (size_t)count), at.shadow,
                  strnlen((const char *)at.shadow, (size_t)other));
  } else if (slot->kind == FFH_KIND_BYTES) {
    compare_bytes(c, index, at.call, (size_t)count, at.shadow, (size_t)other);
  } else if (slot->kind == FFH_KIND_ARRAY) {
    compare_elements(c, index, at, count < other ? count : other, slot->size);
  }
}

/* Memory of structs is not looked into: their fields are not the contract's. */
static void compare_memory(comparison *c, uint16_t index) {
  const ffh_slot *slot = &c->call->function->slots[index];
  if (slot->kind == FFH_KIND_VIEW && (c->call->ended || c->shadow->ended)) {
    return;
  }
  size_t size = 0, other_size = 0;
  const uint8_t *call = ffh_frame_memory(c->call, index, &size);
  const uint8_t *shadow = ffh_frame_memory(c->shadow, index, &other_size);
  if (slot->lo <= 1 || call == NULL || shadow == NULL) {
    compare_bytes(c, index, call, size, shadow, other_size);
  } else if (slot->elem_kind != FFH_KIND_STRUCT) {
    size_t least = size < other_size ? size : other_size;
    compare_elements(c, index, (place){call, shadow}, least / (size_t)slot->lo, (size_t)slot->lo);
  }
}

static void compare_handle(comparison *c, uint16_t index) {
  bool call = ffh_frame_delivered(c->call, index) != NULL;
  bool shadow = ffh_frame_delivered(c->shadow, index) != NULL;
  if (call != shadow) {
    differs(c, index, call ? "a handle" : "NULL", shadow ? "a handle" : "NULL");
  }
}

static void compare_slot(comparison *c, uint16_t index) {
  const ffh_function *function = c->call->function;
  const ffh_slot *slot = &function->slots[index];
  bool result = slot->param == FFH_PARAM_RESULT;
  bool of_element =
      slot->parent != FFH_NONE && function->slots[slot->parent].kind == FFH_KIND_ARRAY;
  if (slot->direction == FFH_DIR_IN || of_element) {
    return; /* elements are compared with their array */
  }
  if (is_number(slot->kind)) {
    place at = {result ? (const uint8_t *)&c->call->result : ffh_frame_at(c->call, index),
                result ? (const uint8_t *)&c->shadow->result : ffh_frame_at(c->shadow, index)};
    if (at.call != NULL && at.shadow != NULL) {
      compare_number(c, index, at);
    }
  } else if (slot->kind == FFH_KIND_HANDLE) {
    if ((slot->flags & FFH_SLOT_CREATES) != 0) {
      compare_handle(c, index);
    }
  } else if (slot->kind == FFH_KIND_OWNED || slot->kind == FFH_KIND_VIEW) {
    compare_memory(c, index);
  } else if (ffh_slot_is_buffer(slot->kind)) {
    compare_buffer(c, index);
  }
}

static const char *outcome(const ffh_frame *frame) {
  return frame->outcome == FFH_OUTCOME_OK ? "ok" : "failed";
}

void ffh_shadow_check(const ffh_frame *frame, const ffh_frame *shadow, const char *name,
                      ffh_verdict *verdict) {
  comparison c = {.call = frame, .shadow = shadow, .verdict = verdict};
  verdict->rule = FFH_RULE_NONE;
  verdict->slot = FFH_NONE;
  verdict->n_evidence = 0;
  if (frame->function->error_kind == FFH_ERROR_BY_STATUS) {
    compare_slot(&c, frame->function->result_slot);
  } else if (frame->outcome != shadow->outcome) {
    ffh_out out;
    ffh_out_str(begin_difference(&c, "outcome", &out), outcome(frame));
    ffh_out_str(&out, ", its shadow: ");
    ffh_out_str(&out, outcome(shadow));
  }
  bool both = frame->outcome == FFH_OUTCOME_OK && shadow->outcome == FFH_OUTCOME_OK;
  for (uint16_t i = 0; both && i < frame->function->n_slots; i++) {
    compare_slot(&c, i);
  }
  if (c.differences != 0) {
    verdict->rule = FFH_SHADOW_DIFFERS;
    ffh_out out = {verdict->message, 0, sizeof verdict->message, false};
    ffh_out_str(&out, "differs from its shadow ");
    ffh_out_str(&out, name);
    ffh_out_str(&out, " in ");
    ffh_out_unsigned(&out, c.differences);
    ffh_out_str(&out, c.differences == 1 ? " value" : " values");
  }
}
