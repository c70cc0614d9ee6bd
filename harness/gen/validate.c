#include <string.h>

#include "base/form.h"
#include "gen/build.h"

#define SYMBOL_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$"

static void refuse(const ffh_model *model, const ffh_gen_function *function, ffh_diag_id id,
                   const char *what) {
  ffh_diag_add(model->source->diags, function->proto->place, id, "'%s' %s", function->out.name,
               what);
}

/* Whether a function creates handles of this type that end with another handle. */
static bool dies_with_another(const ffh_model *model, unsigned type) {
  for (unsigned f = 0; f < model->n_functions; f++) {
    const ffh_gen_function *function = &model->functions[f];
    for (uint16_t s = 0; function->out.dies_with != FFH_NONE && s < function->out.n_slots; s++) {
      if (function->slots[s].out.handle_type == type && ffh_model_creates(&function->slots[s])) {
        return true;
      }
    }
  }
  return false;
}

/* Whether an inner function creates handles of this type: the harness never does. */
static bool is_inner(const ffh_model *model, unsigned type) {
  for (unsigned f = 0; f < model->n_functions; f++) {
    const ffh_gen_function *function = &model->functions[f];
    for (uint16_t s = 0; ffh_model_is_inner(function) && s < function->out.n_slots; s++) {
      if (function->slots[s].out.handle_type == type && ffh_model_creates(&function->slots[s])) {
        return true;
      }
    }
  }
  return false;
}

static bool is_placed(const ffh_model *model, unsigned type) {
  for (unsigned f = 0; f < model->n_functions; f++) {
    const ffh_gen_function *function = &model->functions[f];
    for (uint16_t s = 0; s < function->out.n_slots; s++) {
      if (function->slots[s].out.handle_type == type &&
          (function->slots[s].out.flags & FFH_SLOT_PLACED) != 0) {
        return true;
      }
    }
  }
  return false;
}

static void check_types(const ffh_model *model) {
  for (unsigned i = 0; i < model->n_types; i++) {
    const ffh_gen_type *type = &model->types[i];
    bool created = type->out.creator_fn != FFH_NONE;
    if (type->out.is_memory) {
      continue;
    }
    if (type->out.relocatable && !is_placed(model, i)) {
      ffh_diag_add(model->source->diags, type->place, FFH_DIAG_RELOCATABLE,
                   "no caller has storage of '%s'", type->out.name);
    }
    if (created && type->out.destroy_fn == FFH_NONE) {
      bool dies = dies_with_another(model, i);
      if (!dies) {
        ffh_diag_add(model->source->diags, type->place, FFH_DIAG_NO_DESTROY,
                     "'%s' is created by '%s' and nothing destroys it", type->out.name,
                     model->functions[type->out.creator_fn].out.name);
      }
    }
    if (!created && !is_inner(model, i)) {
      ffh_diag_add(model->source->diags, type->place, FFH_DIAG_NO_CREATE,
                   "no function creates a '%s'", type->out.name);
    }
  }
}

static uint16_t first_handle(const ffh_gen_function *function) {
  for (uint16_t i = 0; i < function->out.n_slots; i++) {
    const ffh_slot *slot = &function->slots[i].out;
    if (slot->kind == FFH_KIND_HANDLE && slot->param >= 0 && slot->direction == FFH_DIR_IN) {
      return slot->handle_type;
    }
  }
  return FFH_NONE;
}

static void check_when(const ffh_model *model, const ffh_gen_function *function) {
  if (function->out.when_fn == FFH_NONE) {
    return;
  }
  const ffh_gen_function *when = &model->functions[function->out.when_fn];
  uint16_t type = first_handle(function);
  ffh_ctype_kind result = when->proto->type->target->kind;
  bool integer = result == FFH_C_INT || result == FFH_C_BOOL || result == FFH_C_ENUM;
  if (type == FFH_NONE || when->out.n_params != 1 || first_handle(when) != type || !integer) {
    refuse(model, function, FFH_DIAG_WHEN,
           ffh_mem_format(model->source->mem, "cannot ask '%s'", when->out.name));
  }
}

static void check_others(const ffh_model *model, const ffh_gen_function *function) {
  check_when(model, function);
  if (function->out.last_error_fn != FFH_NONE) {
    const ffh_gen_function *last = &model->functions[function->out.last_error_fn];
    ffh_ctype_kind kind = last->proto->type->target->kind;
    bool integer = kind == FFH_C_INT || kind == FFH_C_ENUM;
    uint16_t result = last->out.result_slot;
    bool kept = result != FFH_NONE && last->slots[result].out.kind != FFH_KIND_OWNED;
    if (last->proto->n_params != 0 || (kind != FFH_C_POINTER && !integer) || !kept) {
      refuse(model, function, FFH_DIAG_LAST_ERROR,
             ffh_mem_format(model->source->mem, "has its last error from '%s'", last->out.name));
    }
  }
  if ((function->out.flags & (FFH_FN_INIT | FFH_FN_FINI)) != 0 && function->out.n_params != 0) {
    refuse(model, function, FFH_DIAG_INIT, "runs once, and takes parameters");
  }
}

/* ---- typestate and parents ---- */

static void check_states(const ffh_model *model, const ffh_gen_function *function) {
  for (uint16_t i = 0; i < function->out.n_slots; i++) {
    const ffh_slot *slot = &function->slots[i].out;
    bool entered = slot->needs == FFH_NONE;
    for (unsigned f = 0; !entered && f < model->n_functions; f++) {
      for (uint16_t s = 0; s < model->functions[f].out.n_slots; s++) {
        const ffh_slot *other = &model->functions[f].slots[s].out;
        entered |= other->becomes == slot->needs && other->handle_type == slot->handle_type;
      }
    }
    if (!entered) {
      ffh_diag_add(model->source->diags, function->slots[i].place, FFH_DIAG_STATE,
                   "'%s' needs the state '%s', which nothing enters", slot->name,
                   model->states[slot->needs]);
    }
  }
}

static bool is_parent(const ffh_model *model, uint16_t parent, uint16_t child) {
  for (unsigned f = 0; f < model->n_functions; f++) {
    const ffh_gen_function *function = &model->functions[f];
    uint16_t of =
        function->out.child_of != FFH_NONE ? function->out.child_of : function->out.dies_with;
    if (of == FFH_NONE || function->slots[of].out.handle_type != parent) {
      continue;
    }
    for (uint16_t s = 0; s < function->out.n_slots; s++) {
      if (ffh_model_creates(&function->slots[s]) && function->slots[s].out.handle_type == child) {
        return true;
      }
    }
  }
  return false;
}

static void check_parents(const ffh_model *model, const ffh_gen_function *function) {
  for (uint16_t i = 0; i < function->out.n_slots; i++) {
    const ffh_slot *slot = &function->slots[i].out;
    if (slot->parent_of != FFH_NONE &&
        !is_parent(model, slot->handle_type, function->slots[slot->parent_of].out.handle_type)) {
      ffh_diag_add(model->source->diags, function->slots[i].place, FFH_DIAG_PARENT,
                   "'%s' is said to be the parent of '%s'", slot->name,
                   function->slots[slot->parent_of].out.name);
    }
  }
}

/* ---- rejections ---- */

static bool in_array(const ffh_gen_function *function, const ffh_slot *slot) {
  for (uint16_t up = slot->parent; up != FFH_NONE; up = function->slots[up].out.parent) {
    if (function->slots[up].out.kind == FFH_KIND_ARRAY) {
      return true;
    }
  }
  return false;
}

static bool ends(const ffh_slot *slot) {
  return (slot->flags & (FFH_SLOT_CONSUMES | FFH_SLOT_CONSUMES_ON_SUCCESS | FFH_SLOT_RELEASES)) !=
         0;
}

static bool has_children(const ffh_model *model, const ffh_slot *slot) {
  for (unsigned f = 0; f < model->n_functions; f++) {
    const ffh_gen_function *function = &model->functions[f];
    uint16_t of = function->out.child_of;
    if (of != FFH_NONE && function->slots[of].out.handle_type == slot->handle_type) {
      return true;
    }
  }
  return false;
}

static bool can_be(const ffh_model *model, const ffh_gen_function *function, unsigned form) {
  for (uint16_t i = 0; i < function->out.n_slots; i++) {
    const ffh_slot *slot = &function->slots[i].out;
    bool result = slot->param == FFH_PARAM_RESULT;
    bool input = !result && slot->direction != FFH_DIR_OUT;
    bool handle = slot->kind == FFH_KIND_HANDLE && input;
    bool counted = slot->kind == FFH_KIND_BYTES || slot->kind == FFH_KIND_ARRAY;
    bool pointer = slot->param >= 0 && function->slots[i].type->kind == FFH_C_POINTER;
    pointer |= slot->kind == FFH_KIND_STRUCT && (slot->flags & FFH_SLOT_BY_VALUE) == 0;
    pointer |= (slot->flags & FFH_SLOT_INDIRECT) != 0 || (input && counted);
    pointer |= input && (slot->kind == FFH_KIND_TEXT || slot->kind == FFH_KIND_PATH);
    bool set =
        slot->kind == FFH_KIND_ENUM || slot->kind == FFH_KIND_FLAGS || slot->kind == FFH_KIND_BOOL;
    bool may =
        form == FFH_FORM_NULL ? !result && pointer && (slot->flags & FFH_SLOT_NULLABLE) == 0
        : form == FFH_FORM_STALE || form == FFH_FORM_WRONG_TYPE || form == FFH_FORM_WRONG_THREAD
            ? handle
        : form == FFH_FORM_WRONG_STATE  ? handle && slot->needs != FFH_NONE
        : form == FFH_FORM_BAD_VERSION  ? slot->kind == FFH_KIND_CONST && !in_array(function, slot)
        : form == FFH_FORM_HAS_CHILDREN ? handle && ends(slot) && has_children(model, slot)
        : form == FFH_FORM_BAD_ENUM     ? set && input
        : form == FFH_FORM_BAD_UTF8     ? input && (slot->flags & FFH_SLOT_UTF8) != 0
        : form == FFH_FORM_LENGTH_MISMATCH ? input && counted
                                           : input && (counted || slot->kind == FFH_KIND_TEXT);
    if (may) {
      return true;
    }
  }
  return false;
}

static void check_rejections(const ffh_model *model, const ffh_gen_function *function) {
  for (unsigned i = 0; i < function->out.n_rejections; i++) {
    unsigned form = function->rejections[i].form;
    if (!can_be(model, function, form)) {
      ffh_diag_add(model->source->diags, function->proto->place, FFH_DIAG_REJECT_NOTHING,
                   "'%s' promises to refuse %s, which none of its parameters can be",
                   function->out.name, ffh_form_name(form));
    }
  }
}

/* Everybody calls the allocator, the runtime before its first input. */
static bool is_allocator(const char *symbol) {
  static const char *const mangled[] = {"_Znw", "_Zna", "_Zdl", "_Zda"};
  static const char *const names[] = {"malloc",         "calloc",   "realloc",
                                      "reallocarray",   "free",     "aligned_alloc",
                                      "posix_memalign", "memalign", "malloc_usable_size"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (strcmp(symbol, names[i]) == 0) {
      return true;
    }
  }
  for (size_t i = 0; i < sizeof mangled / sizeof mangled[0]; i++) {
    if (strncmp(symbol, mangled[i], strlen(mangled[i])) == 0) {
      return true;
    }
  }
  return false;
}

static void check_allocator(const ffh_model *model, const ffh_gen_function *function) {
  const ffh_note *legacy = ffh_words_find(&function->proto->notes, FFH_W_LEGACY);
  const ffh_note *symbols = ffh_words_find(&function->proto->notes, FFH_W_SYMBOL);
  unsigned n = legacy == NULL ? 0 : symbols == NULL ? 1 : symbols->n_args;
  for (unsigned i = 0; i < n; i++) {
    const char *symbol = symbols == NULL ? function->out.name : symbols->args[i];
    if (is_allocator(symbol)) {
      ffh_diag_add(model->source->diags, legacy->place, FFH_DIAG_INNER_ALLOCATOR,
                   "'%.100s' is everybody's, and not only what lies behind the inner edge", symbol);
    }
  }
}

static void check_inner_words(const ffh_model *model, const ffh_gen_function *function) {
  static const ffh_word_id words[] = {FFH_W_SYMBOL, FFH_W_PLAYS, FFH_W_RETURNS_FUNCTION};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    const ffh_note *note = ffh_words_find(&function->proto->notes, words[i]);
    if (note != NULL && (function->out.flags & FFH_FN_LEGACY) == 0) {
      ffh_diag_add(model->source->diags, note->place, FFH_DIAG_NOT_INNER,
                   "'%s' has %s, and is not FFH_LEGACY", function->out.name,
                   ffh_words_macro(words[i]));
    }
    for (unsigned a = 0; words[i] == FFH_W_SYMBOL && note != NULL && a < note->n_args; a++) {
      if (note->args[a][strspn(note->args[a], SYMBOL_LETTERS)] != '\0' ||
          note->args[a][0] == '\0') {
        ffh_diag_add(model->source->diags, note->place, FFH_DIAG_BAD_ARG,
                     "FFH_SYMBOL(%.100s): not a linker's name; write it as nm shows it",
                     note->args[a]);
      }
    }
  }
}

static void check_returned(const ffh_model *model, const ffh_gen_function *function) {
  const ffh_note *note = ffh_words_find(&function->proto->notes, FFH_W_RETURNS_FUNCTION);
  if (note == NULL) {
    return;
  }
  uint16_t index = ffh_model_function(model, note->args[0]);
  const ffh_gen_function *named = index == FFH_NONE ? NULL : &model->functions[index];
  const ffh_ctype *result = function->proto->type->target;
  bool points = result->kind == FFH_C_POINTER && result->target->kind == FFH_C_FUNCTION;
  const char *why = named == NULL                ? "is not in the contract"
                    : !ffh_model_is_inner(named) ? "is not FFH_LEGACY"
                    : !points || strcmp(result->target->key, named->proto->type->key) != 0
                        ? "has another type than its result points to"
                        : NULL;
  if (why != NULL) {
    ffh_diag_add(model->source->diags, note->place, FFH_DIAG_RETURNS_FUNCTION,
                 "'%s' returns '%.100s', which %s", function->out.name, note->args[0], why);
  }
}

static void check_uncalled(const ffh_model *model, const ffh_gen_function *function) {
  bool both =
      (function->out.flags & FFH_FN_EXCLUDED) != 0 && (function->out.flags & FFH_FN_LEGACY) != 0;
  bool once = (function->out.flags & (FFH_FN_INIT | FFH_FN_FINI)) != 0 &&
              (function->out.flags & FFH_FN_EXCLUDED) != 0;
  if (both || once) {
    refuse(model, function, FFH_DIAG_ENTRY_UNCALLABLE,
           both ? "is both excluded and legacy" : "is to run, and is never called");
  }
}

/* `err`, `error`, `errmsg`, `out_error`: a name that speaks of errors. */
static bool is_named_error(const char *name) {
  const char *at = strstr(name, "err");
  return at != NULL && (at == name || at[-1] == '_');
}

/* An owned output that is an error text by its name and type would be lost after a failure. */
static void check_texts(const ffh_model *model, const ffh_gen_function *function) {
  bool stated = function->out.on_error == FFH_ON_ERROR_UNTOUCHED ||
                function->out.on_error == FFH_ON_ERROR_ZEROED;
  for (uint16_t i = 0; i < function->out.n_slots; i++) {
    const ffh_gen_slot *slot = &function->slots[i];
    if (!stated && function->out.error_kind != FFH_ERROR_NONE && slot->out.kind == FFH_KIND_OWNED &&
        slot->out.param >= 0 && slot->type->target->target->is_char &&
        is_named_error(slot->out.name)) {
      ffh_diag_add(model->source->diags, slot->place, FFH_DIAG_OWNED_ERROR,
                   "'%s' is FFH_OWNED, so what '%s' sets it to when it fails is not freed",
                   slot->out.name, function->out.name);
    }
  }
}

void ffh_model_validate(const ffh_model *model) {
  check_types(model);
  ffh_model_validate_shadows(model);
  for (unsigned i = 0; i < model->n_functions; i++) {
    const ffh_gen_function *function = &model->functions[i];
    check_inner_words(model, function);
    check_allocator(model, function);
    check_returned(model, function);
    check_texts(model, function);
    if (ffh_model_is_shadow(function)) {
      continue;
    }
    if (!ffh_model_is_called(function)) {
      check_uncalled(model, function);
      continue;
    }
    check_others(model, function);
    check_states(model, function);
    check_parents(model, function);
    check_rejections(model, function);
    ffh_model_validate_observer(model, function);
    ffh_model_validate_freed(model, function);
  }
}
