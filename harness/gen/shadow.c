/* What a shadow cannot follow. A handle that the shadow of a creating function made is the partner
 * of the one that the function made; from then on both must be given the same calls. */
#include <string.h>

#include "gen/build.h"

static void refuse(const ffh_model *model, const ffh_proto *proto, ffh_diag_id id,
                   const char *what) {
  ffh_diag_add(model->source->diags, proto->place, id, "'%s' %s", proto->name, what);
}

static bool is_planned(const ffh_gen_function *function) {
  return ffh_model_is_called(function) && !ffh_model_is_shadow(function);
}

static bool has_words(const ffh_proto *proto) {
  unsigned n = proto->notes.n;
  for (unsigned i = 0; i < proto->n_params; i++) {
    n += proto->params[i].notes.n;
  }
  return n != 0;
}

static void check_pair(const ffh_model *model, const ffh_gen_function *function) {
  const ffh_gen_function *shadow = &model->functions[function->out.shadow_fn];
  if (shadow == function || strcmp(shadow->proto->type->key, function->proto->type->key) != 0) {
    refuse(model, function->proto, FFH_DIAG_SHADOW,
           ffh_mem_format(model->source->mem, "cannot be compared with '%s'", shadow->out.name));
    return;
  }
  if (has_words(shadow->proto)) {
    refuse(model, shadow->proto, FFH_DIAG_SHADOW_WORDS,
           ffh_mem_format(model->source->mem, "is the shadow of '%s' and has words of its own",
                          function->out.name));
  }
  for (uint16_t i = 0; i < function->out.n_slots; i++) {
    const ffh_slot *slot = &function->slots[i].out;
    bool callback = slot->kind == FFH_KIND_CALLBACK;
    if (callback || (slot->flags & FFH_SLOT_TRANSFERRED) != 0) {
      refuse(model, function->proto, FFH_DIAG_SHADOW,
             callback ? "takes a callback, which its shadow would call too"
                      : "takes memory over, which its shadow cannot have too");
    } else if ((slot->flags & FFH_SLOT_PLACED) != 0) {
      refuse(model, function->proto, FFH_DIAG_SHADOW,
             "makes an object in the caller's storage, which a shadow's object has no part in");
    }
  }
}

static bool has_partners(const ffh_model *model, unsigned type) {
  for (unsigned f = 0; f < model->n_functions; f++) {
    const ffh_gen_function *function = &model->functions[f];
    for (uint16_t s = 0; function->out.shadow_fn != FFH_NONE && s < function->out.n_slots; s++) {
      if (function->slots[s].out.handle_type == type && ffh_model_creates(&function->slots[s])) {
        return true;
      }
    }
  }
  return false;
}

/* A function without a shadow may only read a handle that has a partner; one with a shadow may not
 * end a handle that has none. */
static void check_use(const ffh_model *model, const ffh_gen_function *function,
                      const ffh_gen_slot *slot) {
  const unsigned counts =
      FFH_SLOT_CONSUMES | FFH_SLOT_CONSUMES_ON_SUCCESS | FFH_SLOT_RELEASES | FFH_SLOT_RETAINS;
  const ffh_gen_type *type = &model->types[slot->out.handle_type];
  bool partners = has_partners(model, slot->out.handle_type);
  bool shadowed = function->out.shadow_fn != FFH_NONE;
  bool reads = (slot->out.flags & FFH_SLOT_CONST) != 0 && (slot->out.flags & counts) == 0;
  const char *does = NULL, *so = "";
  if (partners && !shadowed && !reads) {
    bool creates = ffh_model_creates(slot);
    does = creates ? "creates" : "may change";
    so = creates ? "without a partner" : "whose partner would not follow";
  } else if (!partners && shadowed && (slot->out.flags & counts) != 0) {
    does = "ends or keeps";
    so = "which has no partner";
  }
  if (does != NULL) {
    refuse(model, function->proto, FFH_DIAG_SHADOW_PARTNER,
           ffh_mem_format(model->source->mem, "%s a '%s' %s", does, type->out.name, so));
  }
}

void ffh_model_validate_shadows(const ffh_model *model) {
  for (unsigned f = 0; f < model->n_functions; f++) {
    const ffh_gen_function *function = &model->functions[f];
    if (!is_planned(function)) {
      continue;
    }
    if (function->out.shadow_fn != FFH_NONE) {
      check_pair(model, function);
    }
    for (uint16_t s = 0; s < function->out.n_slots; s++) {
      const ffh_gen_slot *slot = &function->slots[s];
      if (slot->out.kind == FFH_KIND_HANDLE && slot->out.handle_type != FFH_NONE &&
          !model->types[slot->out.handle_type].out.is_memory) {
        check_use(model, function, slot);
      }
    }
  }
}
