/* Free functions that take the length of the memory: whether who delivers it states one. */
#include "gen/build.h"

static bool states_length(const ffh_gen_function *function, uint16_t slot) {
  for (uint16_t i = 0; i < function->out.n_slots; i++) {
    const ffh_slot *number = &function->slots[i].out;
    if (number->kind == FFH_KIND_WRITTEN && number->partner == slot) {
      return true;
    }
  }
  return false;
}

/* What `function` delivers for `taker` to free. */
static void check_delivered(const ffh_model *model, const ffh_gen_function *function,
                            const ffh_gen_function *taker, const ffh_gen_slot *taken) {
  for (uint16_t i = 0; i < function->out.n_slots; i++) {
    const ffh_gen_slot *slot = &function->slots[i];
    bool delivers = slot->out.kind == FFH_KIND_OWNED || slot->out.kind == FFH_KIND_ERROR;
    if (delivers && slot->out.handle_type == taken->out.handle_type &&
        !states_length(function, i)) {
      ffh_diag_add(model->source->diags, slot->place, FFH_DIAG_FREED_LENGTH,
                   "'%s' delivers memory for '%s', which takes its length in '%s', and states none",
                   function->out.name, taker->out.name, taker->slots[taken->out.partner].out.name);
    }
  }
}

void ffh_model_validate_freed(const ffh_model *model, const ffh_gen_function *function) {
  for (uint16_t i = 0; i < function->out.n_slots; i++) {
    const ffh_gen_slot *slot = &function->slots[i];
    if (slot->out.kind != FFH_KIND_HANDLE || slot->out.partner == FFH_NONE) {
      continue;
    }
    for (unsigned f = 0; f < model->n_functions; f++) {
      const ffh_gen_function *other = &model->functions[f];
      if (ffh_model_is_called(other) && !ffh_model_is_shadow(other)) {
        check_delivered(model, other, function, slot);
      }
    }
  }
}
