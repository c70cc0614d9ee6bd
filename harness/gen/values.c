#include <string.h>

#include "base/limits.h"
#include "gen/build.h"

static void refuse(ffh_build *build, const ffh_gen_slot *slot, ffh_diag_id id, const char *what) {
  ffh_diag_add(build->diags, slot->place, id, "'%s' %s", slot->out.name, what);
}

static bool is_unsigned_64(const ffh_slot *slot) {
  return slot->size == 8 && (slot->flags & FFH_SLOT_SIGNED) == 0;
}

/* The numbers of the C type. A 64-bit unsigned number does not fit int64_t: as an input its range
 * is [0, -1] read as unsigned, as an output every int64_t is allowed. */
static void type_range(const ffh_slot *slot, int64_t *lo, int64_t *hi) {
  unsigned bits = slot->size * 8;
  if ((slot->flags & FFH_SLOT_SIGNED) != 0) {
    *hi = (int64_t)(UINT64_MAX >> (65 - bits));
    *lo = -*hi - 1;
  } else if (bits < 64) {
    *lo = 0;
    *hi = (int64_t)((UINT64_C(1) << bits) - 1);
  } else {
    *lo = slot->direction == FFH_DIR_IN ? 0 : INT64_MIN;
    *hi = slot->direction == FFH_DIR_IN ? -1 : INT64_MAX;
  }
}

static bool fits(const ffh_slot *slot, const char *text, int64_t value) {
  int64_t lo, hi;
  if (is_unsigned_64(slot)) {
    return text[0] != '-';
  }
  type_range(slot, &lo, &hi);
  return value >= lo && value <= hi;
}

static bool constant(ffh_build *build, const ffh_gen_slot *slot, const char *text, int64_t *value) {
  if (!ffh_consts_value(build->source, text, value)) {
    return false;
  }
  if (!fits(&slot->out, text, *value)) {
    ffh_diag_add(build->diags, slot->place, FFH_DIAG_RANGE_TYPE,
                 "'%s': %s does not fit its type of %u bytes", slot->out.name, text,
                 slot->out.size);
    return false;
  }
  return true;
}

static void set_range(ffh_build *build, ffh_gen_slot *slot) {
  type_range(&slot->out, &slot->out.lo, &slot->out.hi);
  const ffh_note *range = ffh_slot_note(slot, FFH_W_RANGE);
  int64_t lo, hi;
  if (range == NULL || !constant(build, slot, range->args[0], &lo) ||
      !constant(build, slot, range->args[1], &hi)) {
    return;
  }
  bool empty = is_unsigned_64(&slot->out) ? (uint64_t)lo > (uint64_t)hi : lo > hi;
  if (empty) {
    ffh_diag_add(build->diags, slot->place, FFH_DIAG_RANGE_EMPTY, "'%s': %s is above %s",
                 slot->out.name, range->args[0], range->args[1]);
    return;
  }
  slot->out.lo = lo;
  slot->out.hi = hi;
}

static void set_numbers_dict(ffh_build *build, ffh_gen_slot *slot) {
  const ffh_note *note = ffh_slot_note(slot, FFH_W_DICT);
  unsigned n = 0;
  for (unsigned i = 0; note != NULL && i < note->n_args; i++) {
    int64_t value;
    if (note->args[i][0] == '"') {
      refuse(build, slot, FFH_DIAG_DICT, "is a number, and its dictionary holds text");
    } else if (constant(build, slot, note->args[i], &value)) {
      *FFH_MEM_PUSH(build->mem, slot->dict, n) = (ffh_dict_entry){.number = value};
    }
  }
  slot->out.n_dict = (uint16_t)n;
}

/* What storing the enumerator in a number of this size makes of it. */
static int64_t stored(const ffh_slot *slot, int64_t value) {
  unsigned drop = 64 - slot->size * 8;
  uint64_t bits = (uint64_t)value << drop;
  return (slot->flags & FFH_SLOT_SIGNED) != 0 ? (int64_t)bits >> drop : (int64_t)(bits >> drop);
}

static void set_enum(ffh_build *build, ffh_gen_slot *slot, const ffh_enum *meant, ffh_kind kind) {
  if (meant == NULL || meant->n == 0) {
    refuse(build, slot, FFH_DIAG_NO_ENUM, "names an enum that is not defined");
    return;
  }
  unsigned n = meant->n > UINT16_MAX ? UINT16_MAX : meant->n;
  slot->enumerators = ffh_mem_new(build->mem, n * sizeof slot->enumerators[0]);
  slot->enumerator_names = ffh_mem_new(build->mem, n * sizeof slot->enumerator_names[0]);
  for (unsigned i = 0; i < n; i++) {
    slot->enumerators[i] = stored(&slot->out, meant->values[i]);
    slot->enumerator_names[i] = meant->names[i];
  }
  slot->out.n_enumerators = (uint16_t)n;
  slot->out.kind = (uint8_t)kind;
}

static const ffh_enum *find_enum(const ffh_source *source, const char *tag) {
  for (unsigned i = 0; i < source->n_enums; i++) {
    if (strcmp(source->enums[i]->tag, tag) == 0) {
      return source->enums[i];
    }
  }
  return NULL;
}

static void set_float(ffh_build *build, ffh_gen_slot *slot) {
  slot->out.kind = FFH_KIND_FLOAT;
  const ffh_note *range = ffh_slot_note(slot, FFH_W_RANGE);
  int64_t lo, hi;
  if (range != NULL && ffh_consts_value(build->source, range->args[0], &lo) &&
      ffh_consts_value(build->source, range->args[1], &hi)) {
    if (lo >= hi) {
      refuse(build, slot, FFH_DIAG_RANGE_EMPTY, "has a range without a value");
      return;
    }
    slot->out.lo = lo;
    slot->out.hi = hi;
  }
  if (ffh_slot_note(slot, FFH_W_DICT) != NULL) {
    refuse(build, slot, FFH_DIAG_DICT, "is a floating-point number; its dictionary is built in");
  }
}

/* FFH_STRUCT_SIZE and FFH_VERSION. False when the field has neither. */
static bool set_fixed(ffh_build *build, ffh_gen_slot *slot) {
  const ffh_note *version = ffh_slot_note(slot, FFH_W_VERSION);
  if (ffh_slot_note(slot, FFH_W_STRUCT_SIZE) == NULL && version == NULL) {
    return false;
  }
  slot->out.kind = FFH_KIND_CONST;
  if (version != NULL) {
    (void)constant(build, slot, version->args[0], &slot->out.lo);
  }
  return true;
}

static void check_words(ffh_build *build, const ffh_gen_slot *slot) {
  static const ffh_word_id pointers[] = {
      FFH_W_BYTES,   FFH_W_ARRAY,       FFH_W_CSTR,     FFH_W_UTF8,
      FFH_W_PATH,    FFH_W_CAPACITY,    FFH_W_WRITTEN,  FFH_W_KEPT_UNTIL,
      FFH_W_CREATES, FFH_W_CONSUMES,    FFH_W_OWNED,    FFH_W_ERROR_OUT,
      FFH_W_STRINGS, FFH_W_TRANSFERRED, FFH_W_CALLBACK, FFH_W_USERDATA};
  if (slot->out.param == FFH_PARAM_RESULT) {
    return; /* its words are those of the function */
  }
  for (size_t i = 0; i < sizeof pointers / sizeof pointers[0]; i++) {
    if (ffh_slot_note(slot, pointers[i]) != NULL) {
      ffh_diag_add(build->diags, slot->place, FFH_DIAG_NOT_POINTER, "'%s' is a number, and has %s",
                   slot->out.name, ffh_words_macro(pointers[i]));
    }
  }
  bool nullable = ffh_slot_note(slot, FFH_W_NULLABLE) != NULL;
  if (nullable && (slot->out.flags & FFH_SLOT_INDIRECT) == 0) {
    refuse(build, slot, FFH_DIAG_NOT_POINTER, "is a number, and has FFH_NULLABLE");
  }
}

void ffh_build_scalar(ffh_build *build, ffh_gen_slot *slot, const ffh_ctype *type) {
  bool has_enum = ffh_slot_note(slot, FFH_W_ENUM) != NULL;
  bool has_flags = ffh_slot_note(slot, FFH_W_FLAGS) != NULL;
  bool has_bool = ffh_slot_note(slot, FFH_W_BOOL) != NULL;
  bool has_range = ffh_slot_note(slot, FFH_W_RANGE) != NULL;
  slot->out.size = (uint32_t)type->size;
  slot->out.align = (uint32_t)type->align;
  slot->out.flags |= type->is_signed ? FFH_SLOT_SIGNED : 0;
  check_words(build, slot);
  if (has_enum + has_flags + has_bool + has_range > 1) {
    refuse(build, slot, FFH_DIAG_CONFLICT, "has more than one set of values");
    return;
  }
  if (type->kind == FFH_C_FLOAT) {
    set_float(build, slot);
    if (has_enum || has_flags || has_bool) {
      refuse(build, slot, FFH_DIAG_NOT_INTEGER, "is a floating-point number");
    }
    return;
  }
  if (type->size == 0 || type->size > 8) {
    refuse(build, slot, FFH_DIAG_TYPE, "is an integer of no size, or of more than 64 bits");
    return;
  }
  slot->out.kind = FFH_KIND_INT;
  set_range(build, slot);
  if (set_fixed(build, slot)) {
    return;
  }
  if (has_enum || has_flags) {
    const ffh_note *note = ffh_slot_note(slot, has_enum ? FFH_W_ENUM : FFH_W_FLAGS);
    set_enum(build, slot, find_enum(build->source, note->args[0]),
             has_enum ? FFH_KIND_ENUM : FFH_KIND_FLAGS);
  } else if (has_bool || type->kind == FFH_C_BOOL) {
    slot->out.kind = FFH_KIND_BOOL;
    slot->out.lo = 0;
    slot->out.hi = 1;
  } else if (type->kind == FFH_C_ENUM && !has_range) {
    set_enum(build, slot, type->enumeration, FFH_KIND_ENUM);
  }
  set_numbers_dict(build, slot);
}

void ffh_build_cap(ffh_build *build, ffh_gen_slot *slot) {
  const ffh_note *note = ffh_slot_note(slot, FFH_W_MAX);
  int64_t cap;
  if (note == NULL || !ffh_consts_value(build->source, note->args[0], &cap)) {
    return;
  }
  if (cap < 1) {
    refuse(build, slot, FFH_DIAG_MAX, "has a cap below 1");
    return;
  }
  slot->out.hi = cap;
}

void ffh_build_bytes_dict(ffh_build *build, ffh_gen_slot *slot) {
  const ffh_note *note = ffh_slot_note(slot, FFH_W_DICT);
  unsigned n = 0;
  for (unsigned i = 0; note != NULL && i < note->n_args; i++) {
    ffh_dict_entry entry = {0};
    if (!ffh_words_literal(build->mem, note->args[i], &entry.bytes, &entry.size)) {
      refuse(build, slot, FFH_DIAG_DICT, "is a buffer: its dictionary holds string literals");
      continue;
    }
    if (slot->out.hi > 0 && entry.size > (uint64_t)slot->out.hi) {
      refuse(build, slot, FFH_DIAG_DICT, "has a dictionary value that is longer than its cap");
    }
    *FFH_MEM_PUSH(build->mem, slot->dict, n) = entry;
  }
  slot->out.n_dict = (uint16_t)n;
}

uint16_t ffh_build_add_slot(ffh_build *build, ffh_gen_function *function,
                            const ffh_gen_slot *slot) {
  if (function->out.n_slots >= FFH_MAX_SLOTS) {
    ffh_diag_add(build->diags, function->proto->place, FFH_DIAG_TOO_MANY,
                 "'%s' needs more than %u values with all fields of its structs",
                 function->out.name, FFH_MAX_SLOTS);
    return FFH_NONE;
  }
  unsigned n = function->out.n_slots;
  *FFH_MEM_PUSH(build->mem, function->slots, n) = *slot;
  function->out.n_slots = (uint16_t)n;
  return (uint16_t)(n - 1);
}

uint8_t ffh_build_elem_kind(const ffh_ctype *element) {
  return element->kind == FFH_C_FLOAT    ? FFH_KIND_FLOAT
         : element->kind == FFH_C_STRUCT ? FFH_KIND_STRUCT
                                         : FFH_KIND_INT;
}
