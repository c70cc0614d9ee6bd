#include "base/id.h"
#include "gen/build.h"

static bool has(const ffh_gen_slot *slot, ffh_word_id word) {
  return ffh_slot_note(slot, word) != NULL;
}

static void refuse(ffh_build *build, const ffh_gen_slot *slot, ffh_diag_id id,
                   const ffh_gen_function *function, const char *what) {
  ffh_diag_add(build->diags, slot->place, id, "'%s' %s", function->out.name, what);
}

static void result_pointer(ffh_build *build, ffh_gen_function *function, ffh_gen_slot *slot) {
  const ffh_ctype *target = slot->type->target;
  bool owned = has(slot, FFH_W_RETURNS_OWNED);
  bool view = has(slot, FFH_W_RETURNS_BORROWED) || has(slot, FFH_W_RETURNS_STATIC);
  uint16_t handle = ffh_model_type(build->model, target->key);
  slot->out.kind = owned ? FFH_KIND_OWNED : FFH_KIND_VIEW;
  if (owned + view + has(slot, FFH_W_CREATES) > 1) {
    refuse(build, slot, FFH_DIAG_CONFLICT, function, "returns something of more than one owner");
  } else if (target->kind == FFH_C_FUNCTION) {
    refuse(build, slot, FFH_DIAG_TYPE, function, "returns a function pointer");
  } else if (has(slot, FFH_W_CREATES)) {
    slot->out.kind = FFH_KIND_HANDLE;
    slot->out.flags |= FFH_SLOT_CREATES;
    slot->out.handle_type = handle;
    if (handle == FFH_NONE) {
      refuse(build, slot, FFH_DIAG_NOT_CREATED, function, "creates nothing that is a handle");
    }
  } else if (owned) {
    slot->out.handle_type =
        ffh_model_memory(build->model, ffh_slot_note(slot, FFH_W_RETURNS_OWNED)->args[0]);
  } else if (view) {
    slot->out.handle_type = handle; /* a borrowed handle: nothing is read through it */
    slot->out.flags |= target->is_const ? FFH_SLOT_CONST : 0;
  } else if (handle != FFH_NONE) {
    refuse(build, slot, FFH_DIAG_HANDLE_RESULT, function,
           "returns a handle, and whose it is stays open");
  } else {
    refuse(build, slot, FFH_DIAG_RESULT_UNSTATED, function,
           "returns memory, and whose it is stays open");
  }
  if (slot->out.kind != FFH_KIND_HANDLE && handle == FFH_NONE) {
    slot->out.lo = target->is_char || target->kind == FFH_C_VOID ? 1 : (int64_t)target->size;
    slot->out.elem_kind = ffh_build_elem_kind(target);
    bool seen = (function->out.flags & FFH_FN_LEGACY) != 0; /* and never read */
    if (!seen && !has(slot, FFH_W_LENGTH) && (owned || view) &&
        (target->kind == FFH_C_VOID || target->size == 0)) {
      refuse(build, slot, FFH_DIAG_NO_LENGTH, function, "returns memory of unknown length");
    }
  }
}

static void result_fields(ffh_build *build, ffh_gen_function *function, uint16_t parent,
                          const ffh_ctype *type, unsigned depth) {
  for (unsigned i = 0; depth < 8 && i < type->record->n_fields; i++) {
    const ffh_decl *field = &type->record->fields[i];
    ffh_gen_slot slot = {.type = field->type, .notes = &field->notes, .place = field->place};
    slot.out = function->slots[parent].out;
    slot.out.name = field->name;
    slot.out.id = ffh_id(field->name);
    slot.out.param = FFH_PARAM_FIELD;
    slot.out.parent = parent;
    slot.out.offset = (uint32_t)field->offset;
    slot.out.line = field->place.line;
    slot.out.flags = 0;
    if (field->is_bit_field || field->name[0] == '\0') {
      continue; /* the library fills it; nothing is checked in it */
    }
    if (field->type->kind == FFH_C_STRUCT) {
      slot.out.flags = FFH_SLOT_BY_VALUE;
      slot.out.size = (uint32_t)field->type->size;
      uint16_t index = ffh_build_add_slot(build, function, &slot);
      if (index != FFH_NONE) {
        result_fields(build, function, index, field->type, depth + 1);
      }
    } else if (field->type->kind == FFH_C_INT || field->type->kind == FFH_C_BOOL ||
               field->type->kind == FFH_C_ENUM || field->type->kind == FFH_C_FLOAT) {
      ffh_build_scalar(build, &slot, field->type);
      (void)ffh_build_add_slot(build, function, &slot);
    } else if (field->type->kind == FFH_C_POINTER) {
      ffh_diag_add(build->diags, function->proto->place, FFH_DIAG_FIELD_TYPE,
                   "'%s' returns a struct by value with the pointer '%s' in it", function->out.name,
                   field->name);
    }
  }
}

static void check_void(ffh_build *build, const ffh_gen_function *function) {
  static const ffh_word_id words[] = {FFH_W_RETURNS_OWNED, FFH_W_RETURNS_BORROWED,
                                      FFH_W_RETURNS_STATIC, FFH_W_CREATES, FFH_W_LENGTH};
  const ffh_ctype *type = function->proto->type->target;
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (type->kind != FFH_C_POINTER && ffh_words_find(&function->proto->notes, words[i]) != NULL) {
      ffh_diag_add(build->diags, function->proto->place,
                   words[i] == FFH_W_CREATES ? FFH_DIAG_NOT_CREATED : FFH_DIAG_NOT_POINTER,
                   "'%s' has %s, but returns `%s`", function->out.name, ffh_words_macro(words[i]),
                   type->spelling);
    }
  }
}

ffh_gen_slot ffh_build_result_slot(const ffh_proto *proto, ffh_kind kind) {
  ffh_gen_slot slot =
      ffh_build_blank_slot("result", proto->type->target, &proto->notes, proto->place);
  slot.out.kind = (uint8_t)kind;
  slot.out.direction = FFH_DIR_OUT;
  slot.out.param = FFH_PARAM_RESULT;
  return slot;
}

void ffh_build_result(ffh_build *build, ffh_gen_function *function) {
  const ffh_proto *proto = function->proto;
  const ffh_ctype *type = proto->type->target;
  check_void(build, function);
  if (type->kind == FFH_C_VOID) {
    return;
  }
  ffh_gen_slot slot = ffh_build_result_slot(proto, FFH_KIND_INT);
  if (has(&slot, FFH_W_UTF8)) {
    slot.out.flags |= FFH_SLOT_UTF8;
  }
  switch (type->kind) {
    case FFH_C_POINTER:
      result_pointer(build, function, &slot);
      break;
    case FFH_C_STRUCT:
      slot.out.kind = FFH_KIND_STRUCT;
      slot.out.flags |= FFH_SLOT_BY_VALUE;
      break;
    case FFH_C_INT:
    case FFH_C_BOOL:
    case FFH_C_ENUM:
    case FFH_C_FLOAT:
      ffh_build_scalar(build, &slot, type);
      break;
    default:
      refuse(build, &slot, FFH_DIAG_TYPE, function, "returns a type that has no form in a plan");
      return;
  }
  uint16_t index = ffh_build_add_slot(build, function, &slot);
  function->out.result_slot = index;
  if (index != FFH_NONE && type->kind == FFH_C_STRUCT) {
    result_fields(build, function, index, type, 0);
  }
}
