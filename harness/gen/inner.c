/* Inner functions (FFH_LEGACY): the harness only watches who calls them. Handles, callbacks, memory
 * that is handed over and the result have slots; other parameters are passed on as they are and
 * need no words. */
#include <string.h>

#include "base/limits.h"
#include "gen/build.h"

static bool has_any(const ffh_notes *notes, const ffh_word_id *words, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (ffh_words_find(notes, words[i]) != NULL) {
      return true;
    }
  }
  return false;
}

static bool is_callback(const ffh_decl *param) {
  const ffh_ctype *type = param->type;
  return type->kind == FFH_C_POINTER && type->target->kind == FFH_C_FUNCTION &&
         ffh_words_find(&param->notes, FFH_W_CALLBACK) != NULL;
}

/* Of a callback that the contract speaks of. */
static bool is_userdata(const ffh_proto *proto, const ffh_decl *param) {
  bool any = false;
  for (unsigned i = 0; i < proto->n_params; i++) {
    any |= is_callback(&proto->params[i]);
  }
  return any && ffh_words_find(&param->notes, FFH_W_USERDATA) != NULL;
}

static bool is_seen(const ffh_build *build, const ffh_proto *proto, const ffh_decl *param) {
  static const ffh_word_id ends[] = {FFH_W_CREATES, FFH_W_CONSUMES, FFH_W_CONSUMES_ON_SUCCESS};
  static const ffh_word_id memory[] = {FFH_W_OWNED, FFH_W_ERROR_OUT, FFH_W_TRANSFERRED};
  const ffh_ctype *type = param->type;
  if (type->kind != FFH_C_POINTER) {
    return false;
  }
  if (is_callback(param) || is_userdata(proto, param) ||
      has_any(&param->notes, memory, sizeof memory / sizeof memory[0]) ||
      ffh_model_type(build->model, type->target->key) != FFH_NONE) {
    return true;
  }
  bool twice = type->target->kind == FFH_C_POINTER &&
               ffh_model_type(build->model, type->target->target->key) != FFH_NONE;
  return twice && has_any(&param->notes, ends, sizeof ends / sizeof ends[0]);
}

/* A result that nothing is said about, so that its error convention has something to stand on. */
static void add_plain_result(ffh_build *build, ffh_gen_function *function) {
  ffh_gen_slot slot = ffh_build_result_slot(function->proto, FFH_KIND_VIEW);
  function->out.result_slot = ffh_build_add_slot(build, function, &slot);
}

static void build_result(ffh_build *build, ffh_gen_function *function) {
  static const ffh_word_id whose[] = {FFH_W_CREATES, FFH_W_RETURNS_BORROWED, FFH_W_RETURNS_STATIC,
                                      FFH_W_RETURNS_OWNED};
  const ffh_notes *notes = &function->proto->notes;
  switch (function->proto->type->target->kind) {
    case FFH_C_POINTER:
      if (!has_any(notes, whose, sizeof whose / sizeof whose[0])) {
        add_plain_result(build, function);
        return;
      }
      break;
    case FFH_C_STRUCT:
    case FFH_C_UNION:
    case FFH_C_OTHER:
      return;
    default:
      break;
  }
  ffh_build_result(build, function);
}

static bool names_role(const ffh_build *build, const ffh_notes *notes, const char *name) {
  for (unsigned i = 0; i < notes->n; i++) {
    const ffh_note *note = &notes->items[i];
    const char *policy, *role;
    if ((note->word == FFH_W_HANDLE || note->word == FFH_W_CALLABLE) && note->n_args == 1 &&
        ffh_words_call(build->mem, note->args[0], &policy, &role) && role != NULL &&
        strcmp(policy, "FFH_THREAD") == 0 && strcmp(role, name) == 0) {
      return true;
    }
  }
  return false;
}

static bool is_role(const ffh_build *build, const char *name) {
  const ffh_source *source = build->source;
  bool found = false;
  for (unsigned i = 0; !found && i < source->n_handles; i++) {
    found = names_role(build, &source->handles[i].notes, name);
  }
  for (unsigned i = 0; !found && i < source->n_protos; i++) {
    found = names_role(build, &source->protos[i]->notes, name);
  }
  return found;
}

static void set_role(ffh_build *build, ffh_gen_function *function) {
  const ffh_note *note = ffh_words_find(&function->proto->notes, FFH_W_PLAYS);
  if (note == NULL) {
    return;
  }
  if (!is_role(build, note->args[0])) {
    ffh_diag_add(build->diags, note->place, FFH_DIAG_ROLE,
                 "'%s' plays '%.100s', and no FFH_THREAD(%.100s) confines anything to it",
                 function->out.name, note->args[0], note->args[0]);
    return;
  }
  function->out.plays = ffh_build_role(build, note, note->args[0]);
}

void ffh_build_inner(ffh_build *build, ffh_gen_function *function) {
  const ffh_proto *proto = function->proto;
  if (proto->n_params > FFH_MAX_PARAMS || proto->type->is_variadic) {
    ffh_diag_add(build->diags, proto->place,
                 proto->type->is_variadic ? FFH_DIAG_VARIADIC : FFH_DIAG_TOO_MANY,
                 "'%s' cannot be wrapped: %s", function->out.name,
                 proto->type->is_variadic ? "it is variadic" : "it has too many parameters");
    return;
  }
  function->out.n_params = (uint16_t)proto->n_params;
  for (unsigned i = 0; i < proto->n_params; i++) {
    if (is_seen(build, proto, &proto->params[i])) {
      ffh_build_param(build, function, i);
    }
  }
  build_result(build, function);
  ffh_build_link(build, function);
  ffh_build_conduct(build, function);
  set_role(build, function);
}
