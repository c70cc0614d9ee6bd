#include "gen/build.h"

#include <stdlib.h>
#include <string.h>

#include "base/blank.h"
#include "base/id.h"
#include "base/limits.h"

uint16_t ffh_model_function(const ffh_model *model, const char *name) {
  for (unsigned i = 0; i < model->n_functions; i++) {
    if (strcmp(model->functions[i].out.name, name) == 0) {
      return (uint16_t)i;
    }
  }
  return FFH_NONE;
}

uint16_t ffh_model_type(const ffh_model *model, const char *key) {
  for (unsigned i = 0; i < model->n_types; i++) {
    if (model->types[i].key != NULL && strcmp(model->types[i].key, key) == 0) {
      return (uint16_t)i;
    }
  }
  return FFH_NONE;
}

uint16_t ffh_model_memory(const ffh_model *model, const char *free_function) {
  for (unsigned i = 0; i < model->n_types; i++) {
    const char *name = model->types[i].free_function;
    if (name != NULL && strcmp(name, free_function) == 0) {
      return (uint16_t)i;
    }
  }
  return FFH_NONE;
}

bool ffh_model_is_called(const ffh_gen_function *function) {
  return (function->out.flags & (FFH_FN_LEGACY | FFH_FN_EXCLUDED)) == 0;
}

bool ffh_model_is_shadow(const ffh_gen_function *function) {
  return (function->out.flags & FFH_FN_SHADOW) != 0;
}

bool ffh_model_is_inner(const ffh_gen_function *function) {
  return (function->out.flags & (FFH_FN_LEGACY | FFH_FN_EXCLUDED)) == FFH_FN_LEGACY;
}

bool ffh_model_creates(const ffh_gen_slot *slot) {
  return slot->out.kind == FFH_KIND_OWNED ||
         (slot->out.kind == FFH_KIND_HANDLE && (slot->out.flags & FFH_SLOT_CREATES) != 0);
}

/* ---- handle types ---- */

static void add_handle_types(ffh_build *build) {
  const ffh_source *source = build->source;
  for (unsigned i = 0; i < source->n_handles; i++) {
    const ffh_handle_decl *decl = &source->handles[i];
    ffh_gen_type type = {.key = decl->key,
                         .place = decl->place,
                         .out = {.name = decl->name,
                                 .id = ffh_id(decl->name),
                                 .destroy_fn = FFH_NONE,
                                 .creator_fn = FFH_NONE,
                                 .line = decl->place.line}};
    const ffh_note *policy = ffh_words_find(&decl->notes, FFH_W_HANDLE);
    if (policy == NULL) {
      ffh_diag_add(build->diags, decl->place, FFH_DIAG_RELOCATABLE, "'%s' is no handle type",
                   decl->name);
      continue;
    }
    type.out.relocatable = ffh_words_find(&decl->notes, FFH_W_RELOCATABLE) != NULL;
    (void)ffh_build_policy(build, policy, &type.out.threading, &type.out.role);
    *FFH_MEM_PUSH(build->mem, build->model->types, build->model->n_types) = type;
  }
}

/* Whether the free function takes what `note` delivers, as an assignment in C would. A handle is
 * ended by its own functions only. */
static bool converts(const ffh_build *build, const ffh_ctype *from, const ffh_ctype *to) {
  bool handle =
      to->kind == FFH_C_POINTER && ffh_model_type(build->model, to->target->key) != FFH_NONE;
  if (from->kind != FFH_C_POINTER || to->kind != FFH_C_POINTER) {
    return true; /* reported as what it is elsewhere */
  }
  const ffh_ctype *a = from->target, *b = to->target;
  return strcmp(a->key, b->key) == 0 || (!handle && a->kind == FFH_C_VOID) || b->kind == FFH_C_VOID;
}

static void check_frees(ffh_build *build, const ffh_note *note, const ffh_ctype *delivered) {
  const ffh_proto *proto = ffh_source_proto(build->source, note->args[0]);
  const ffh_decl *consumed = NULL;
  for (unsigned i = 0; proto != NULL && i < proto->n_params; i++) {
    const ffh_decl *param = &proto->params[i];
    if (ffh_words_find(&param->notes, FFH_W_CONSUMES) == NULL) {
      continue;
    }
    if (converts(build, delivered, param->type)) {
      return;
    }
    consumed = param;
  }
  if (consumed != NULL) {
    ffh_diag_add(build->diags, note->place, FFH_DIAG_FREES_OTHER,
                 "%s: `%.100s` frees a `%.100s`, not a `%.100s`", ffh_words_macro(note->word),
                 proto->name, consumed->type->spelling, delivered->spelling);
  }
}

static void add_memory(ffh_build *build, const ffh_note *note) {
  const char *name = note->args[0];
  if (ffh_model_memory(build->model, name) != FFH_NONE) {
    return;
  }
  const ffh_proto *proto = ffh_source_proto(build->source, name);
  bool consumes = false;
  for (unsigned i = 0; proto != NULL && i < proto->n_params; i++) {
    consumes |= ffh_words_find(&proto->params[i].notes, FFH_W_CONSUMES) != NULL;
  }
  if (proto == NULL || !proto->in_contract || !consumes) {
    ffh_diag_add(build->diags, note->place, FFH_DIAG_FREE_FUNCTION, "'%s' %s", name,
                 proto == NULL || !proto->in_contract ? "is not a function of the contract"
                                                      : "consumes none of its parameters");
  }
  ffh_gen_type type = {.free_function = name,
                       .place = note->place,
                       .out = {.name = ffh_mem_format(build->mem, "memory:%s", name),
                               .is_memory = 1,
                               .destroy_fn = FFH_NONE,
                               .creator_fn = FFH_NONE,
                               .line = proto == NULL ? note->place.line : proto->place.line}};
  type.out.id = ffh_id(type.out.name);
  *FFH_MEM_PUSH(build->mem, build->model->types, build->model->n_types) = type;
}

/* `type`: of the result, the parameter or the field that has the notes. */
static void add_memory_of(ffh_build *build, const ffh_notes *notes, const ffh_ctype *type,
                          bool is_param) {
  static const ffh_word_id words[] = {FFH_W_RETURNS_OWNED, FFH_W_OWNED, FFH_W_ERROR_OUT};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    const ffh_note *note = ffh_words_find(notes, words[i]);
    if (note != NULL) {
      add_memory(build, note);
      bool indirect = is_param && type->kind == FFH_C_POINTER;
      check_frees(build, note, indirect ? type->target : type);
    }
  }
}

static bool is_memory(const ffh_build *build, const ffh_ctype *type) {
  return type->kind == FFH_C_POINTER && type->target->kind != FFH_C_POINTER &&
         ffh_model_type(build->model, type->target->key) == FFH_NONE;
}

/* A function that consumes memory nobody is said to return has a type of its own all the same. */
static void add_consumed(ffh_build *build, const ffh_proto *proto, const ffh_decl *param) {
  const ffh_note *transferred = ffh_words_find(&param->notes, FFH_W_TRANSFERRED);
  const ffh_note *consumes = ffh_words_find(&param->notes, FFH_W_CONSUMES);
  if (transferred != NULL) {
    check_frees(build, transferred, param->type);
  }
  if (!is_memory(build, param->type)) {
    return;
  }
  if (transferred != NULL) {
    add_memory(build, transferred);
  } else if (consumes != NULL && ffh_model_memory(build->model, proto->name) == FFH_NONE) {
    /* What inner functions return needs no words, and nobody here calls them. */
    if (!build->source->proxy && ffh_words_find(&proto->notes, FFH_W_LEGACY) == NULL) {
      ffh_diag_add(build->diags, param->place, FFH_DIAG_FREES_NOTHING,
                   "no function of the contract returns memory that '%s' frees", proto->name);
    }
    const char *name = proto->name;
    const char **args = ffh_mem_new(build->mem, sizeof *args);
    args[0] = name;
    add_memory(build, &(ffh_note){.args = args, .n_args = 1, .place = param->place});
  }
}

static void add_memory_types(ffh_build *build, ffh_proto *const *protos, unsigned n_protos) {
  for (unsigned i = 0; i < n_protos; i++) {
    add_memory_of(build, &protos[i]->notes, protos[i]->type->target, false);
    for (unsigned p = 0; p < protos[i]->n_params; p++) {
      add_memory_of(build, &protos[i]->params[p].notes, protos[i]->params[p].type, true);
    }
  }
  for (unsigned i = 0; i < build->source->n_records; i++) {
    const ffh_record *record = build->source->records[i];
    for (unsigned f = 0; f < record->n_fields; f++) {
      add_memory_of(build, &record->fields[f].notes, record->fields[f].type, false);
    }
  }
  for (unsigned i = 0; i < n_protos; i++) {
    for (unsigned p = 0; p < protos[i]->n_params; p++) {
      add_consumed(build, protos[i], &protos[i]->params[p]);
    }
  }
}

/* ---- who creates and who destroys ---- */

static unsigned creator_cost(const ffh_gen_function *function) {
  unsigned cost = 0;
  for (unsigned i = 0; i < function->out.n_slots; i++) {
    const ffh_slot *slot = &function->slots[i].out;
    bool needed = slot->kind == FFH_KIND_HANDLE && !ffh_model_creates(&function->slots[i]) &&
                  (slot->flags & FFH_SLOT_NULLABLE) == 0;
    cost += needed ? 100u : 0u;
  }
  return cost + function->out.n_params;
}

/* Lower is simpler: only this handle, and its parent where that is said; no way to fail. */
static unsigned destroy_cost(const ffh_gen_function *function, unsigned handle) {
  unsigned cost = 0;
  uint16_t flags = function->slots[handle].out.flags;
  if ((flags & FFH_SLOT_CONSUMES) == 0) {
    cost += (flags & FFH_SLOT_RELEASES) != 0 ? 1000u : 2000u;
  }
  cost += function->out.error_kind != FFH_ERROR_NONE ? 100u : 0u;
  for (unsigned i = 0; i < function->out.n_slots; i++) {
    const ffh_slot *slot = &function->slots[i].out;
    if (i != handle && slot->param >= 0 && slot->parent_of != handle) {
      cost += 10;
    }
  }
  return cost;
}

static void choose_functions(const ffh_model *model, unsigned type) {
  ffh_handle_type *out = &model->types[type].out;
  unsigned best_creator = ~0u, best_destroy = ~0u;
  for (unsigned f = 0; f < model->n_functions; f++) {
    const ffh_gen_function *function = &model->functions[f];
    if (!ffh_model_is_called(function)) {
      continue;
    }
    for (unsigned s = 0; s < function->out.n_slots; s++) {
      const ffh_gen_slot *slot = &function->slots[s];
      if (slot->out.handle_type != type) {
        continue;
      }
      const unsigned ends = FFH_SLOT_CONSUMES | FFH_SLOT_CONSUMES_ON_SUCCESS | FFH_SLOT_RELEASES;
      if (ffh_model_creates(slot)) {
        if (creator_cost(function) < best_creator) {
          best_creator = creator_cost(function);
          out->creator_fn = (uint16_t)f;
        }
      } else if (slot->out.kind == FFH_KIND_HANDLE && (slot->out.flags & ends) != 0 &&
                 (slot->out.flags & FFH_SLOT_TRANSFERRED) == 0 &&
                 destroy_cost(function, s) < best_destroy) {
        best_destroy = destroy_cost(function, s);
        out->destroy_fn = (uint16_t)f;
      }
    }
  }
}

/* ---- functions ---- */

static int by_order(const void *left, const void *right) {
  const ffh_proto *a = *(ffh_proto *const *)left, *b = *(ffh_proto *const *)right;
  return a->order < b->order ? -1 : a->order > b->order;
}

static const char *reason_of(ffh_build *build, const ffh_note *note) {
  const char *reason = note->args[0];
  for (unsigned i = 1; i < note->n_args; i++) {
    reason = ffh_mem_format(build->mem, "%s, %s", reason, note->args[i]);
  }
  const char *bytes;
  uint32_t size;
  return ffh_words_literal(build->mem, reason, &bytes, &size) ? bytes : reason;
}

static void add_function(ffh_build *build, const ffh_proto *proto) {
  ffh_gen_function function = {.proto = proto,
                               .out = {.name = proto->name,
                                       .id = ffh_id(proto->name),
                                       .threading = FFH_THREADING_INHERIT,
                                       .error_slot = FFH_NONE,
                                       .result_slot = FFH_NONE,
                                       FFH_FUNCTION_BLANK,
                                       .signature = proto->signature,
                                       .line = proto->place.line}};
  static const struct {
    ffh_word_id word;
    uint16_t flag;
  } flags[] = {{FFH_W_INIT, FFH_FN_INIT},         {FFH_W_FINI, FFH_FN_FINI},
               {FFH_W_LEGACY, FFH_FN_LEGACY},     {FFH_W_DISTURBS, FFH_FN_DISTURBS},
               {FFH_W_OBSERVES, FFH_FN_OBSERVES}, {FFH_W_EXCLUDED, FFH_FN_EXCLUDED}};
  for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
    if (ffh_words_find(&proto->notes, flags[i].word) != NULL) {
      function.out.flags |= flags[i].flag;
    }
  }
  if (build->source->proxy) {
    bool passed = proto->type->is_variadic || strcmp(proto->name, "free") == 0;
    function.out.flags |= passed ? FFH_FN_EXCLUDED : FFH_FN_LEGACY;
  }
  const ffh_note *excluded = ffh_words_find(&proto->notes, FFH_W_EXCLUDED);
  function.out.excluded = excluded == NULL ? NULL : reason_of(build, excluded);
  *FFH_MEM_PUSH(build->mem, build->model->functions, build->model->n_functions) = function;
}

/* A shadow has no slots: the words of the function whose shadow it is hold for both. */
static void mark_shadows(ffh_build *build) {
  ffh_model *model = build->model;
  for (unsigned i = 0; i < model->n_functions; i++) {
    const ffh_note *note = ffh_words_find(&model->functions[i].proto->notes, FFH_W_SHADOW);
    uint16_t found = note == NULL ? FFH_NONE : ffh_model_function(model, note->args[0]);
    if (found != FFH_NONE && found != i) {
      model->functions[found].out.flags |= FFH_FN_SHADOW;
      model->functions[found].out.n_params = (uint16_t)model->functions[found].proto->n_params;
    }
  }
}

static bool collect(ffh_build *build, ffh_proto ***protos, unsigned *n_protos) {
  const ffh_source *source = build->source;
  for (unsigned i = 0; i < source->n_protos; i++) {
    if (source->protos[i]->in_contract) {
      *FFH_MEM_PUSH(build->mem, *protos, *n_protos) = source->protos[i];
    }
  }
  ffh_place start = {source->file, 1, 1};
  if (*n_protos == 0) {
    ffh_diag_add(build->diags, start, FFH_DIAG_EMPTY, "the contract has no function");
    return false;
  }
  if (*n_protos > FFH_MAX_FUNCTIONS || source->n_handles > FFH_MAX_HANDLE_TYPES) {
    ffh_diag_add(build->diags, start, FFH_DIAG_TOO_MANY,
                 "%u functions and %u handle types; the most are %u and %u", *n_protos,
                 source->n_handles, FFH_MAX_FUNCTIONS, FFH_MAX_HANDLE_TYPES);
    return false;
  }
  qsort(*protos, *n_protos, sizeof **protos, by_order);
  return true;
}

void ffh_model_build(const ffh_source *source, const char *name, const char *contract,
                     ffh_model *model) {
  *model = (ffh_model){.source = source, .name = name, .contract = contract};
  ffh_build build = {source, source->mem, source->diags, model, 0};
  ffh_proto **protos = NULL;
  unsigned n_protos = 0;
  if (!collect(&build, &protos, &n_protos)) {
    return;
  }
  for (unsigned i = 0; i < n_protos; i++) {
    add_function(&build, protos[i]);
  }
  mark_shadows(&build);
  add_handle_types(&build);
  add_memory_types(&build, protos, n_protos);
  if (model->n_types > FFH_MAX_HANDLE_TYPES) {
    ffh_diag_add(build.diags, (ffh_place){source->file, 1, 1}, FFH_DIAG_TOO_MANY,
                 "%u handle and memory types; the most are %u", model->n_types,
                 FFH_MAX_HANDLE_TYPES);
    return;
  }
  for (unsigned i = 0; i < model->n_functions; i++) {
    ffh_gen_function *function = &model->functions[i];
    if (ffh_model_is_called(function) && !ffh_model_is_shadow(function)) {
      ffh_build_slots(&build, function);
      ffh_build_result(&build, function);
      ffh_build_link(&build, function);
      ffh_build_conduct(&build, function);
    } else if (ffh_model_is_inner(function)) {
      ffh_build_inner(&build, function);
    }
  }
  for (unsigned i = 0; i < model->n_types; i++) {
    choose_functions(model, i);
  }
}
