#include <string.h>

#include "gen/build.h"

static void refuse(ffh_build *build, const ffh_gen_slot *slot, ffh_diag_id id, const char *what) {
  ffh_diag_add(build->diags, slot->place, id, "'%s' %s", slot->out.name, what);
}

static bool has_note(const ffh_decl *decl, ffh_word_id word) {
  return ffh_words_find(&decl->notes, word) != NULL;
}

static void add_uses(ffh_build *build, const ffh_gen_slot *slot, const ffh_note *uses,
                     ffh_gen_callback *callback) {
  unsigned n = 0;
  for (unsigned i = 0; i < uses->n_args; i++) {
    const ffh_proto *proto = ffh_source_proto(build->source, uses->args[i]);
    if (proto == NULL || strcmp(proto->type->key, callback->type->key) != 0) {
      ffh_diag_add(build->diags, slot->place, FFH_DIAG_USES, "'%s' uses '%s', which %s",
                   slot->out.name, uses->args[i],
                   proto == NULL ? "is not declared" : "has another type");
      continue;
    }
    *FFH_MEM_PUSH(build->mem, callback->impls, n) = proto->name;
  }
  callback->out.n_impls = (uint16_t)n;
}

/* What a written implementation would have to invent: memory to return, or types it cannot name. */
static void check_default(ffh_build *build, const ffh_gen_slot *slot,
                          const ffh_gen_callback *callback) {
  ffh_ctype_kind result = callback->type->target->kind;
  if (callback->type->is_variadic || result == FFH_C_UNION || result == FFH_C_OTHER) {
    refuse(build, slot, FFH_DIAG_TYPE, "is a callback that only FFH_USES can implement");
  }
  for (unsigned i = 0; i < callback->n_params; i++) {
    const ffh_ctype *type = callback->params[i].type;
    if (type->kind == FFH_C_POINTER &&
        (type->target->kind == FFH_C_FUNCTION || type->target->kind == FFH_C_ARRAY)) {
      refuse(build, slot, FFH_DIAG_TYPE, "is a callback that only FFH_USES can implement");
    }
  }
}

/* Whether FFH_THREAD(role) occurs in the words. Otherwise *best may become a role that is nearer to
 * the name. */
static bool has_role(ffh_build *build, const ffh_notes *notes, const char *name,
                     const char **best) {
  for (unsigned i = 0; i < notes->n; i++) {
    const ffh_note *note = &notes->items[i];
    const char *policy, *role;
    bool states = note->word == FFH_W_HANDLE || note->word == FFH_W_CALLABLE;
    if (!states || !ffh_words_call(build->mem, note->args[0], &policy, &role) || role == NULL ||
        strcmp(policy, "FFH_THREAD") != 0) {
      continue;
    }
    if (strcmp(role, name) == 0) {
      return true;
    }
    if (ffh_words_distance(name, role) < ffh_words_distance(name, *best)) {
      *best = role;
    }
  }
  return false;
}

static bool is_thread(ffh_build *build, const char *name, const char **best) {
  bool found = strcmp(name, "main") == 0;
  const ffh_source *source = build->source;
  *best = "caller";
  *best = ffh_words_distance(name, "any") < ffh_words_distance(name, *best) ? "any" : *best;
  *best = ffh_words_distance(name, "main") < ffh_words_distance(name, *best) ? "main" : *best;
  for (unsigned i = 0; !found && i < source->n_handles; i++) {
    found = has_role(build, &source->handles[i].notes, name, best);
  }
  for (unsigned i = 0; !found && i < source->n_protos; i++) {
    found = has_role(build, &source->protos[i]->notes, name, best);
  }
  return found;
}

static void set_thread(ffh_build *build, const ffh_note *note, ffh_gen_callback *callback) {
  const char *thread = note->args[0];
  const char *best;
  if (strcmp(thread, "caller") == 0) {
    callback->out.threading = FFH_THREADING_INHERIT;
  } else if (strcmp(thread, "any") == 0) {
    callback->out.threading = FFH_THREADING_SHARED;
  } else if (is_thread(build, thread, &best)) {
    callback->out.threading = FFH_THREADING_ROLE;
    callback->out.role = ffh_build_role(build, note, thread);
  } else {
    ffh_diag_add(build->diags, note->place, FFH_DIAG_BAD_ARG,
                 "FFH_CALLBACK(%.100s, ...): a callback runs on caller, any, main or a role that "
                 "some FFH_THREAD(role) names; did you mean %.100s?",
                 thread, best);
  }
}

void ffh_build_callback(ffh_build *build, const ffh_gen_function *function, const ffh_decl *decl,
                        const ffh_ctype *type, ffh_gen_slot *slot) {
  const ffh_note *note = ffh_slot_note(slot, FFH_W_CALLBACK);
  if (note == NULL) {
    refuse(build, slot, FFH_DIAG_CALLBACK_UNSTATED, "is a function pointer without FFH_CALLBACK");
    return;
  }
  ffh_gen_callback *callback = ffh_mem_new(build->mem, sizeof *callback);
  bool named = decl->n_inner == type->n_params;
  callback->type = type;
  callback->params = named ? decl->inner : type->params;
  callback->n_params = type->n_params;
  callback->out.until = FFH_UNTIL_RETURN;
  callback->out.until_slot = FFH_NONE;
  callback->out.once = ffh_slot_note(slot, FFH_W_ONCE) != NULL;
  set_thread(build, note, callback);
  slot->callback = callback;
  if (ffh_model_is_inner(function)) {
    return; /* the facade passes it */
  }
  const ffh_note *uses = ffh_slot_note(slot, FFH_W_USES);
  if (uses != NULL) {
    add_uses(build, slot, uses, callback);
  } else {
    callback->is_default = true;
    callback->out.n_impls = 1;
    callback->impls = ffh_mem_new(build->mem, sizeof *callback->impls);
    callback->impls[0] =
        ffh_mem_format(build->mem, "ffh_callback_%u_%s", build->n_callbacks++, slot->out.name);
    check_default(build, slot, callback);
  }
}

void ffh_build_link_callback(ffh_build *build, ffh_gen_function *function, uint16_t index) {
  ffh_gen_slot *slot = &function->slots[index];
  ffh_gen_callback *callback = slot->callback;
  const ffh_note *note = ffh_slot_note(slot, FFH_W_CALLBACK);
  if (callback == NULL || note == NULL) {
    return;
  }
  const char *name, *inside;
  bool call = ffh_words_call(build->mem, note->args[1], &name, &inside);
  if (call && inside == NULL && strcmp(name, "call") == 0) {
    callback->out.until = FFH_UNTIL_RETURN;
  } else if (call && inside != NULL && strcmp(name, "destroy") == 0) {
    callback->out.until = FFH_UNTIL_DESTROY;
    callback->out.until_slot = ffh_build_find(build, function, index, note, inside);
  } else {
    ffh_diag_add(build->diags, slot->place, FFH_DIAG_UNTIL, "'%s': a callback cannot end at '%s'",
                 slot->out.name, note->args[1]);
  }
  const ffh_note *reenters = ffh_slot_note(slot, FFH_W_REENTERS);
  for (unsigned i = 0; reenters != NULL && i < reenters->n_args; i++) {
    uint16_t found = ffh_model_function(build->model, reenters->args[i]);
    if (found == FFH_NONE) {
      ffh_diag_add(build->diags, slot->place, FFH_DIAG_NO_FUNCTION,
                   "'%s' may call '%s', which is not in the contract", slot->out.name,
                   reenters->args[i]);
      continue;
    }
    unsigned n = callback->out.n_reenters;
    *FFH_MEM_PUSH(build->mem, callback->reenters, n) = found;
    callback->out.n_reenters = (uint16_t)n;
  }
  for (unsigned i = 0; i < callback->n_params; i++) {
    const ffh_decl *param = &callback->params[i];
    const ffh_note *bytes = ffh_words_find(&param->notes, FFH_W_BYTES);
    bool found = bytes == NULL;
    for (unsigned j = 0; !found && j < callback->n_params; j++) {
      found = strcmp(callback->params[j].name, bytes->args[0]) == 0 &&
              callback->params[j].type->kind == FFH_C_INT;
    }
    if (!found) {
      ffh_diag_add(build->diags, param->place, FFH_DIAG_NO_PARAM,
                   "'%s': the callback has no integer parameter '%s'", param->name, bytes->args[0]);
    }
    if (has_note(param, FFH_W_USERDATA) &&
        (param->type->kind != FFH_C_POINTER || param->type->target->kind != FFH_C_VOID)) {
      ffh_diag_add(build->diags, param->place, FFH_DIAG_USERDATA,
                   "'%s' is user data, but no `void *`", param->name);
    }
  }
}
