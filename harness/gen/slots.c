#include <string.h>

#include "base/blank.h"
#include "base/id.h"
#include "base/limits.h"
#include "gen/build.h"

#define MAX_NESTING 8u
#define MAX_FIXED 16u /* elements of a fixed array in a struct that get a slot each */

/* Where a declaration stands. */
typedef struct site {
  const ffh_decl *decl;
  const char *name;
  int16_t param;
  uint16_t parent;
  uint64_t offset;
  uint8_t direction; /* of the struct around a field */
  bool is_const;     /* the struct around a field is */
  bool in_array;
  unsigned depth;
} site;

static void build_site(ffh_build *build, ffh_gen_function *function, const site *at,
                       const ffh_ctype *type);

static bool has(const site *at, ffh_word_id word) {
  return ffh_words_find(&at->decl->notes, word) != NULL;
}

static void refuse(ffh_build *build, const site *at, ffh_diag_id id, const char *what) {
  ffh_diag_add(build->diags, at->decl->place, id, "'%s' %s", at->name, what);
}

ffh_gen_slot ffh_build_blank_slot(const char *name, const ffh_ctype *type, const ffh_notes *notes,
                                  ffh_place place) {
  ffh_gen_slot slot = {.type = type, .notes = notes, .place = place};
  slot.out = (ffh_slot){.name = name,
                        .id = ffh_id(name),
                        .parent = FFH_NONE,
                        .size = (uint32_t)type->size,
                        .align = (uint32_t)type->align,
                        .handle_type = FFH_NONE,
                        FFH_SLOT_BLANK,
                        .line = place.line};
  return slot;
}

static ffh_gen_slot new_slot(const site *at, const ffh_ctype *type, ffh_kind kind) {
  ffh_gen_slot slot = ffh_build_blank_slot(at->name, type, &at->decl->notes, at->decl->place);
  slot.out.kind = (uint8_t)kind;
  slot.out.direction = at->direction;
  slot.out.param = at->param;
  slot.out.parent = at->parent;
  slot.out.offset = (uint32_t)at->offset;
  static const struct {
    ffh_word_id word;
    uint16_t flag;
  } flags[] = {{FFH_W_NULLABLE, FFH_SLOT_NULLABLE},
               {FFH_W_UTF8, FFH_SLOT_UTF8},
               {FFH_W_CREATES, FFH_SLOT_CREATES},
               {FFH_W_CONSUMES, FFH_SLOT_CONSUMES},
               {FFH_W_CONSUMES_ON_SUCCESS, FFH_SLOT_CONSUMES_ON_SUCCESS},
               {FFH_W_RETAINS, FFH_SLOT_RETAINS},
               {FFH_W_RELEASES, FFH_SLOT_RELEASES},
               {FFH_W_OUT_ON_SUCCESS, FFH_SLOT_ON_SUCCESS},
               {FFH_W_HANDOVER, FFH_SLOT_HANDOVER},
               {FFH_W_TRANSFERRED, FFH_SLOT_TRANSFERRED}};
  for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
    if (has(at, flags[i].word)) {
      slot.out.flags |= flags[i].flag;
    }
  }
  return slot;
}

/* The direction that the words of a pointer to data state. False when none does. */
static bool stated_direction(ffh_build *build, const site *at, const ffh_ctype *target,
                             uint8_t *direction) {
  unsigned in = has(at, FFH_W_IN), inout = has(at, FFH_W_INOUT);
  unsigned out = has(at, FFH_W_OUT) || has(at, FFH_W_OUT_ON_SUCCESS);
  if (in + out + inout > 1) {
    refuse(build, at, FFH_DIAG_CONFLICT, "has more than one direction");
  }
  if (target->is_const && (out || inout)) {
    refuse(build, at, FFH_DIAG_CONST_OUT, "is const and an output");
  }
  *direction = out ? FFH_DIR_OUT : inout ? FFH_DIR_INOUT : FFH_DIR_IN;
  if (at->param == FFH_PARAM_FIELD && in + out + inout == 0) {
    /* A buffer inside an output struct is the caller's room for data. */
    *direction = target->is_const ? (uint8_t)FFH_DIR_IN : at->direction;
  }
  return in + out + inout != 0 || target->is_const || at->param == FFH_PARAM_FIELD;
}

static void add_fields(ffh_build *build, ffh_gen_function *function, const site *at,
                       const ffh_ctype *type, uint16_t parent, uint8_t direction, bool in_array) {
  if (at->depth >= MAX_NESTING) {
    refuse(build, at, FFH_DIAG_STRUCT_DEPTH, "holds structs nested more than 8 deep");
    return;
  }
  for (unsigned i = 0; i < type->record->n_fields && function->out.n_slots <= FFH_MAX_SLOTS; i++) {
    const ffh_decl *field = &type->record->fields[i];
    site inner = {.decl = field,
                  .name = field->name,
                  .param = FFH_PARAM_FIELD,
                  .parent = parent,
                  .offset = field->offset,
                  .direction = direction,
                  .in_array = in_array,
                  .depth = at->depth + 1};
    unsigned before = build->diags->n_errors;
    if (field->is_bit_field || field->name[0] == '\0') {
      refuse(build, &inner, FFH_DIAG_FIELD_TYPE,
             field->is_bit_field ? "is a bit-field" : "is a struct or union without a name");
    } else {
      build_site(build, function, &inner, field->type);
    }
    if (build->diags->n_errors != before && function->out.n_slots >= FFH_MAX_SLOTS) {
      return;
    }
  }
}

/* ---- handles and memory ---- */

static void build_handle(ffh_build *build, ffh_gen_function *function, const site *at,
                         const ffh_ctype *type, uint16_t handle_type, bool indirect) {
  ffh_gen_slot slot = new_slot(at, type, FFH_KIND_HANDLE);
  slot.out.handle_type = handle_type;
  bool creates = has(at, FFH_W_CREATES);
  if (has(at, FFH_W_PLACED) && (!creates || indirect)) {
    refuse(build, at, FFH_DIAG_PLACED, "creates no handle in the caller's storage");
  }
  if (at->in_array) {
    refuse(build, at, FFH_DIAG_ELEMENT_POINTER, "is a handle inside an array's elements");
    return;
  }
  if (indirect) {
    slot.out.flags |= FFH_SLOT_INDIRECT;
    slot.out.direction = creates ? FFH_DIR_OUT : FFH_DIR_INOUT;
    if (!creates && (slot.out.flags & (FFH_SLOT_CONSUMES | FFH_SLOT_CONSUMES_ON_SUCCESS)) == 0 &&
        !has(at, FFH_W_IN)) {
      refuse(build, at, FFH_DIAG_DIRECTION, "points to a handle, and what happens to it is open");
    }
  } else if (at->param == FFH_PARAM_FIELD && at->direction != FFH_DIR_IN) {
    slot.out.direction = FFH_DIR_OUT;
    if (!creates) {
      refuse(build, at, FFH_DIAG_HANDLE_RESULT, "delivers a handle, and whose it is stays open");
    }
  } else if (!creates || (function->out.flags & FFH_FN_LEGACY) != 0) {
    slot.out.direction = FFH_DIR_IN; /* of a legacy constructor too: the object's own storage */
  } else if (has(at, FFH_W_PLACED)) {
    slot.out.flags |= FFH_SLOT_PLACED;
    slot.out.direction = FFH_DIR_OUT;
    slot.out.size = (uint32_t)type->target->size;
    slot.out.align = (uint32_t)type->target->align;
    if (type->target->size == 0 || type->target->is_const || at->param < 0) {
      refuse(build, at, FFH_DIAG_PLACED, "is no storage for a handle");
    }
  } else {
    refuse(build, at, FFH_DIAG_NOT_CREATED, "is passed by value: a new handle needs a `T **`");
  }
  if (has(at, FFH_W_TRANSFERRED)) {
    slot.out.flags |= FFH_SLOT_CONSUMES;
  }
  if (type->target->is_const && !indirect) {
    slot.out.flags |= FFH_SLOT_CONST;
  }
  (void)ffh_build_add_slot(build, function, &slot);
}

static uint16_t memory_of(ffh_build *build, const site *at, ffh_word_id word) {
  return ffh_model_memory(build->model, ffh_words_find(&at->decl->notes, word)->args[0]);
}

/* A pointer to a pointer that the callee sets: an error message, memory, or a view. */
static void build_delivered(ffh_build *build, ffh_gen_function *function, const site *at,
                            const ffh_ctype *type) {
  bool error = has(at, FFH_W_ERROR_OUT), owned = has(at, FFH_W_OWNED);
  bool field = at->param == FFH_PARAM_FIELD;
  const ffh_ctype *memory = field ? type : type->target;
  if (type->kind != FFH_C_POINTER || memory->kind != FFH_C_POINTER ||
      (field && at->direction == FFH_DIR_IN)) {
    refuse(build, at, FFH_DIAG_NOT_POINTER,
           field ? "is no pointer in an output" : "is no pointer to a pointer that can be set");
    return;
  }
  ffh_gen_slot slot = new_slot(at, type,
                               error   ? FFH_KIND_ERROR
                               : owned ? FFH_KIND_OWNED
                                       : FFH_KIND_VIEW);
  bool in = error && (field || has(at, FFH_W_INOUT)); /* a message that is handed in again */
  slot.out.direction = in ? FFH_DIR_INOUT : FFH_DIR_OUT;
  slot.out.flags |= field ? 0 : FFH_SLOT_INDIRECT;
  if (error || owned) {
    slot.out.handle_type = memory_of(build, at, error ? FFH_W_ERROR_OUT : FFH_W_OWNED);
  } else {
    slot.out.handle_type = ffh_model_type(build->model, memory->target->key);
    slot.out.flags |= memory->target->is_const ? FFH_SLOT_CONST : 0;
  }
  bool text = memory->target->is_char;
  slot.out.lo = text || memory->target->kind == FFH_C_VOID ? 1 : (int64_t)memory->target->size;
  slot.out.elem_kind = ffh_build_elem_kind(memory->target);
  bool seen = (function->out.flags & FFH_FN_LEGACY) != 0; /* and never read */
  if (!error && !seen && memory->target->kind == FFH_C_VOID && !has(at, FFH_W_LENGTH)) {
    refuse(build, at, FFH_DIAG_NO_LENGTH, "delivers `void *` memory of unknown length");
  }
  (void)ffh_build_add_slot(build, function, &slot);
}

/* Memory that the library returned earlier and that this function ends or takes over. */
static void build_memory(ffh_build *build, ffh_gen_function *function, const site *at,
                         const ffh_ctype *type) {
  ffh_gen_slot slot = new_slot(at, type, FFH_KIND_HANDLE);
  slot.out.direction = FFH_DIR_IN;
  if (has(at, FFH_W_TRANSFERRED)) {
    slot.out.handle_type = memory_of(build, at, FFH_W_TRANSFERRED);
    slot.out.flags |= FFH_SLOT_CONSUMES;
  } else {
    slot.out.handle_type = ffh_model_memory(build->model, function->out.name);
    function->out.flags |= FFH_FN_FREES;
  }
  (void)ffh_build_add_slot(build, function, &slot);
}

/* ---- data ---- */

static void build_elements(ffh_build *build, ffh_gen_function *function, const site *at,
                           const ffh_ctype *element, ffh_gen_slot *slot) {
  slot->out.kind = FFH_KIND_ARRAY;
  slot->out.size = (uint32_t)element->size;
  switch (element->kind) {
    case FFH_C_INT:
    case FFH_C_BOOL:
    case FFH_C_ENUM:
      slot->out.elem_kind = FFH_KIND_INT;
      slot->out.flags |= element->is_signed ? FFH_SLOT_SIGNED : 0;
      break;
    case FFH_C_FLOAT:
      slot->out.elem_kind = FFH_KIND_FLOAT;
      break;
    case FFH_C_STRUCT:
      slot->out.elem_kind = FFH_KIND_STRUCT;
      break;
    case FFH_C_POINTER:
      refuse(build, at, FFH_DIAG_ELEMENT_POINTER, "is an array of pointers");
      return;
    default:
      refuse(build, at, FFH_DIAG_TYPE, "has elements that have no form in a plan");
      return;
  }
  if (element->size == 0 || element->size > FFH_MAX_PLAN_BYTES) {
    refuse(build, at, FFH_DIAG_TYPE_UNSTATED, "has elements of unknown or excessive size");
    return;
  }
  uint16_t index = ffh_build_add_slot(build, function, slot);
  if (index != FFH_NONE && element->kind == FFH_C_STRUCT) {
    add_fields(build, function, at, element, index, slot->out.direction, true);
  }
}

static void build_buffer(ffh_build *build, ffh_gen_function *function, const site *at,
                         const ffh_ctype *type) {
  const ffh_ctype *target = type->target;
  ffh_gen_slot slot = new_slot(at, type, FFH_KIND_BYTES);
  (void)stated_direction(build, at, target, &slot.out.direction);
  bool capacity = has(at, FFH_W_CAPACITY);
  if (capacity && slot.out.direction == FFH_DIR_IN && !has(at, FFH_W_IN)) {
    slot.out.direction = FFH_DIR_OUT;
    if (target->is_const) {
      refuse(build, at, FFH_DIAG_CONST_OUT, "is const and an output");
    }
  } else if (capacity && slot.out.direction != FFH_DIR_OUT) {
    refuse(build, at, FFH_DIAG_CONFLICT, "is an input with FFH_CAPACITY: inputs have FFH_BYTES");
  }
  slot.out.align = target->align == 0 ? 1 : (uint32_t)target->align;
  slot.out.size = 1;
  slot.out.flags |= target->is_const ? FFH_SLOT_CONST : 0;
  if (at->in_array) {
    refuse(build, at, FFH_DIAG_ELEMENT_POINTER, "is a pointer inside an array's elements");
    return;
  }
  ffh_build_cap(build, &slot);
  ffh_build_bytes_dict(build, &slot);
  if (has(at, FFH_W_STRINGS)) {
    slot.out.kind = FFH_KIND_STRINGS;
    slot.out.size = (uint32_t)sizeof(void *);
    if (target->kind != FFH_C_POINTER || slot.out.direction != FFH_DIR_IN) {
      refuse(build, at, FFH_DIAG_NOT_POINTER, "is no array of strings to be read");
    }
  } else if (has(at, FFH_W_PATH) || (has(at, FFH_W_CSTR) && slot.out.direction == FFH_DIR_IN)) {
    slot.out.kind = has(at, FFH_W_PATH) ? FFH_KIND_PATH : FFH_KIND_TEXT;
    if (!target->is_char) {
      refuse(build, at, FFH_DIAG_NOT_POINTER, "is text, but no `char *`");
    }
    if (has(at, FFH_W_BYTES) || has(at, FFH_W_ARRAY) || slot.out.direction != FFH_DIR_IN) {
      refuse(build, at, FFH_DIAG_CONFLICT, "is NUL-terminated input and something else");
    }
  } else if (has(at, FFH_W_ARRAY) || (capacity && !has(at, FFH_W_BYTES) && !target->is_char &&
                                      target->kind != FFH_C_VOID)) {
    build_elements(build, function, at, target, &slot);
    return;
  } else if (!has(at, FFH_W_BYTES) && !capacity) {
    refuse(build, at, FFH_DIAG_NO_LENGTH, "is an output buffer without a length");
  }
  (void)ffh_build_add_slot(build, function, &slot);
}

static void build_struct(ffh_build *build, ffh_gen_function *function, const site *at,
                         const ffh_ctype *type) {
  bool by_value = type->kind == FFH_C_STRUCT;
  const ffh_ctype *record = by_value ? type : type->target;
  ffh_gen_slot slot = new_slot(at, record, FFH_KIND_STRUCT);
  if (record->size == 0) {
    refuse(build, at, FFH_DIAG_TYPE_UNSTATED,
           "points to a struct that is neither defined nor a handle");
    return;
  }
  if (by_value) {
    slot.out.flags |= FFH_SLOT_BY_VALUE;
  } else {
    if (at->in_array) {
      refuse(build, at, FFH_DIAG_ELEMENT_POINTER, "is a pointer inside an array's elements");
      return;
    }
    if (!stated_direction(build, at, record, &slot.out.direction)) {
      refuse(build, at, FFH_DIAG_DIRECTION, "points to a struct, to be read or written");
    }
    slot.out.flags |= record->is_const ? FFH_SLOT_CONST : 0;
  }
  uint16_t index = ffh_build_add_slot(build, function, &slot);
  if (index != FFH_NONE) {
    add_fields(build, function, at, record, index, slot.out.direction, at->in_array);
  }
}

/* A pointer to one number. Without a direction it may still be a length that another word names. */
static void build_indirect(ffh_build *build, ffh_gen_function *function, const site *at,
                           const ffh_ctype *type) {
  const ffh_ctype *target = type->target;
  ffh_gen_slot slot = new_slot(at, target, FFH_KIND_INT);
  if (at->in_array) {
    refuse(build, at, FFH_DIAG_ELEMENT_POINTER, "is a pointer inside an array's elements");
    return;
  }
  slot.needs_direction = !stated_direction(build, at, target, &slot.out.direction);
  slot.out.flags |= FFH_SLOT_INDIRECT | (target->is_const ? FFH_SLOT_CONST : 0);
  ffh_build_scalar(build, &slot, target);
  (void)ffh_build_add_slot(build, function, &slot);
}

static bool is_buffer(const site *at, const ffh_ctype *target) {
  static const ffh_word_id words[] = {FFH_W_BYTES, FFH_W_ARRAY,    FFH_W_STRINGS, FFH_W_CSTR,
                                      FFH_W_PATH,  FFH_W_CAPACITY, FFH_W_WRITTEN};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (has(at, words[i])) {
      return true;
    }
  }
  return target->kind == FFH_C_VOID && (has(at, FFH_W_OUT) || has(at, FFH_W_OUT_ON_SUCCESS));
}

static void build_userdata(ffh_build *build, ffh_gen_function *function, const site *at,
                           const ffh_ctype *type) {
  ffh_gen_slot slot = new_slot(at, type, FFH_KIND_USERDATA);
  if (type->kind != FFH_C_POINTER || type->target->kind != FFH_C_VOID) {
    refuse(build, at, FFH_DIAG_USERDATA, "is user data, but no `void *`");
    return;
  }
  (void)ffh_build_add_slot(build, function, &slot);
}

static void build_pointer(ffh_build *build, ffh_gen_function *function, const site *at,
                          const ffh_ctype *type) {
  const ffh_ctype *target = type->target;
  uint16_t handle = ffh_model_type(build->model, target->key);
  bool twice = target->kind == FFH_C_POINTER;
  uint16_t out_handle = twice ? ffh_model_type(build->model, target->target->key) : FFH_NONE;
  if (target->kind == FFH_C_FUNCTION) {
    ffh_gen_slot slot = new_slot(at, type, FFH_KIND_CALLBACK);
    if (at->in_array) {
      refuse(build, at, FFH_DIAG_ELEMENT_POINTER, "is a pointer inside an array's elements");
      return;
    }
    ffh_build_callback(build, function, at->decl, target, &slot);
    (void)ffh_build_add_slot(build, function, &slot);
  } else if (has(at, FFH_W_ERROR_OUT) || has(at, FFH_W_OWNED) || has(at, FFH_W_RETURNS_BORROWED) ||
             has(at, FFH_W_RETURNS_STATIC)) {
    build_delivered(build, function, at, type);
    /* Again below, after the words that decide otherwise. NOLINTNEXTLINE(bugprone-branch-clone) */
  } else if (has(at, FFH_W_STRINGS) || (twice && has(at, FFH_W_ARRAY))) {
    build_buffer(build, function, at, type);
  } else if (handle != FFH_NONE || out_handle != FFH_NONE) {
    build_handle(build, function, at, type, handle != FFH_NONE ? handle : out_handle,
                 handle == FFH_NONE);
  } else if (has(at, FFH_W_USERDATA)) {
    build_userdata(build, function, at, type);
  } else if ((has(at, FFH_W_TRANSFERRED) || has(at, FFH_W_CONSUMES)) && !twice) {
    build_memory(build, function, at, type);
  } else if (has(at, FFH_W_CREATES)) {
    refuse(build, at, FFH_DIAG_NOT_CREATED, "creates nothing that is a handle");
  } else if (is_buffer(at, target)) {
    build_buffer(build, function, at, type);
  } else if (target->kind == FFH_C_STRUCT) {
    build_struct(build, function, at, type);
  } else if (target->kind == FFH_C_UNION) {
    refuse(build, at, FFH_DIAG_FIELD_TYPE, "points to a union");
  } else if (target->kind == FFH_C_VOID || twice ||
             (target->is_char && !has(at, FFH_W_IN) && !has(at, FFH_W_OUT) &&
              !has(at, FFH_W_INOUT) && !has(at, FFH_W_OUT_ON_SUCCESS))) {
    refuse(build, at, FFH_DIAG_POINTER_UNSTATED,
           ffh_mem_format(build->mem, "is a `%s`, and what it points to is not stated",
                          type->spelling));
  } else if (target->kind == FFH_C_OTHER || target->kind == FFH_C_ARRAY) {
    refuse(build, at, FFH_DIAG_TYPE, "points to a type that has no form in a plan");
  } else {
    build_indirect(build, function, at, type);
  }
}

static void build_fixed(ffh_build *build, ffh_gen_function *function, const site *at,
                        const ffh_ctype *type) {
  if (type->count == 0 || type->target->kind == FFH_C_POINTER ||
      type->target->kind == FFH_C_ARRAY || type->count > MAX_FIXED) {
    if (at->direction != FFH_DIR_OUT) {
      refuse(build, at, FFH_DIAG_FIELD_TYPE,
             "is an array of more than 16 elements, of pointers, or of open length");
    }
    return;
  }
  for (unsigned i = 0; i < type->count; i++) {
    site element = *at;
    element.name = ffh_mem_format(build->mem, "%s_%u", at->name, i);
    element.offset = at->offset + i * type->target->size;
    build_site(build, function, &element, type->target);
  }
}

static void build_site(ffh_build *build, ffh_gen_function *function, const site *at,
                       const ffh_ctype *type) {
  switch (type->kind) {
    case FFH_C_INT:
    case FFH_C_BOOL:
    case FFH_C_ENUM:
    case FFH_C_FLOAT: {
      ffh_gen_slot slot = new_slot(at, type, FFH_KIND_INT);
      ffh_build_scalar(build, &slot, type);
      (void)ffh_build_add_slot(build, function, &slot);
      return;
    }
    case FFH_C_POINTER:
      build_pointer(build, function, at, type);
      return;
    case FFH_C_STRUCT:
      build_struct(build, function, at, type);
      return;
    case FFH_C_ARRAY:
      build_fixed(build, function, at, type);
      return;
    case FFH_C_UNION:
      refuse(build, at, FFH_DIAG_FIELD_TYPE, "is a union");
      return;
    default:
      refuse(build, at, FFH_DIAG_TYPE,
             ffh_mem_format(build->mem, "is a `%s`, which has no form in a plan", type->spelling));
  }
}

void ffh_build_param(ffh_build *build, ffh_gen_function *function, unsigned index) {
  const ffh_decl *param = &function->proto->params[index];
  bool unnamed = param->name[0] == '\0';
  site at = {.decl = param,
             .name = unnamed ? ffh_mem_format(build->mem, "arg%u", index + 1) : param->name,
             .param = (int16_t)index,
             .parent = FFH_NONE};
  build_site(build, function, &at, param->type);
}

void ffh_build_slots(ffh_build *build, ffh_gen_function *function) {
  const ffh_proto *proto = function->proto;
  if (proto->n_params > FFH_MAX_PARAMS) {
    ffh_diag_add(build->diags, proto->place, FFH_DIAG_TOO_MANY,
                 "'%s' has %u parameters; the most are %u", proto->name, proto->n_params,
                 FFH_MAX_PARAMS);
    return;
  }
  if (proto->type->is_variadic) {
    ffh_diag_add(build->diags, proto->place, FFH_DIAG_VARIADIC, "'%s' is variadic", proto->name);
    return;
  }
  function->out.n_params = (uint16_t)proto->n_params;
  for (unsigned i = 0; i < proto->n_params; i++) {
    ffh_build_param(build, function, i);
  }
}
