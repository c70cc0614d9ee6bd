#include <string.h>

#include "gen/build.h"

bool ffh_build_functions(ffh_build *build, const ffh_note *note, const char *list, uint16_t **items,
                         uint16_t *n) {
  const char **names;
  unsigned n_names, count = 0;
  uint16_t *found = NULL;
  if (!ffh_words_split(build->mem, list, &names, &n_names) || n_names == 0) {
    return false;
  }
  for (unsigned i = 0; i < n_names; i++) {
    uint16_t function = ffh_model_function(build->model, names[i]);
    if (function == FFH_NONE) {
      ffh_diag_add(build->diags, note->place, FFH_DIAG_NO_FUNCTION,
                   "%s names '%s', which is not in the contract", ffh_words_macro(note->word),
                   names[i]);
      continue;
    }
    *FFH_MEM_PUSH(build->mem, found, count) = function;
  }
  *items = found;
  *n = (uint16_t)count;
  return true;
}

static bool is_handle(const ffh_gen_function *function, uint16_t index) {
  return function->slots[index].out.kind == FFH_KIND_HANDLE;
}

static uint16_t find_handle(ffh_build *build, const ffh_gen_function *function, uint16_t from,
                            const ffh_note *note, const char *name) {
  uint16_t index = ffh_build_find(build, function, from, note, name);
  if (index != FFH_NONE && !is_handle(function, index)) {
    ffh_diag_add(build->diags, note->place, FFH_DIAG_NEEDS_HANDLE, "%s: '%s' is not a handle",
                 ffh_words_macro(note->word), name);
    return FFH_NONE;
  }
  return index;
}

static void set_until(ffh_build *build, ffh_gen_function *function, uint16_t index,
                      const ffh_note *note, const char *text, bool is_view) {
  ffh_slot *slot = &function->slots[index].out;
  const char *name, *inside;
  if (ffh_words_call(build->mem, text, &name, &inside)) {
    if (strcmp(name, "next_call") == 0 && inside == NULL && is_view) {
      slot->until = FFH_UNTIL_NEXT_CALL;
      return;
    }
    if (strcmp(name, "destroy") == 0 && (inside != NULL || is_view)) {
      slot->until = FFH_UNTIL_DESTROY;
      if (inside != NULL) {
        slot->until_slot = find_handle(build, function, index, note, inside);
      }
      return;
    }
    if (strcmp(name, "call") == 0 && inside != NULL &&
        ffh_build_functions(build, note, inside, &function->slots[index].until_fns,
                            &slot->n_until_fns)) {
      slot->until = FFH_UNTIL_CALL;
      return;
    }
  }
  ffh_diag_add(build->diags, note->place, FFH_DIAG_UNTIL, "%s cannot end at '%s'",
               ffh_words_macro(note->word), text);
}

void ffh_build_until(ffh_build *build, ffh_gen_function *function, uint16_t index) {
  ffh_gen_slot *slot = &function->slots[index];
  if (slot->out.kind == FFH_KIND_VIEW) {
    const ffh_note *borrowed = ffh_slot_note(slot, FFH_W_RETURNS_BORROWED);
    slot->out.until = FFH_UNTIL_FOREVER;
    if (borrowed != NULL) {
      slot->out.until_slot = find_handle(build, function, index, borrowed, borrowed->args[0]);
      set_until(build, function, index, borrowed, borrowed->args[1], true);
    }
    return;
  }
  const ffh_note *kept = ffh_slot_note(slot, FFH_W_KEPT_UNTIL);
  if (kept == NULL || slot->out.param == FFH_PARAM_RESULT) {
    return;
  }
  if (ffh_slot_note(slot, FFH_W_BORROWED) != NULL) {
    ffh_diag_add(build->diags, slot->place, FFH_DIAG_CONFLICT,
                 "'%s' is borrowed for the call and kept after it", slot->out.name);
  }
  set_until(build, function, index, kept, kept->args[0], false);
}
