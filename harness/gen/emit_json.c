#include <inttypes.h>
#include <string.h>

#include "base/form.h"
#include "gen/emit.h"

static const char *function_name(const ffh_model *model, uint16_t index) {
  return index == FFH_NONE ? NULL : model->functions[index].out.name;
}

static void text_field(FILE *out, const char *name, const char *text) {
  fprintf(out, "\"%s\": ", name);
  ffh_emit_json_text(out, text);
}

static void threads_field(const ffh_model *model, unsigned threading, unsigned role, FILE *out) {
  fputs("\"threads\": ", out);
  ffh_emit_json_text(
      out, threading == FFH_THREADING_ROLE ? model->roles[role] : ffh_name_threading(threading));
}

static void emit_type(const ffh_model *model, const ffh_handle_type *type, FILE *out) {
  fputs("    {", out);
  text_field(out, "name", type->name);
  fprintf(out, ", \"id\": %" PRIu32 ", ", type->id);
  threads_field(model, type->threading, type->role, out);
  fputs(", ", out);
  text_field(out, "destroy", function_name(model, type->destroy_fn));
  fputs(", ", out);
  text_field(out, "creator", function_name(model, type->creator_fn));
  fprintf(out, ", \"memory\": %s, \"line\": %" PRIu32 "}", type->is_memory ? "true" : "false",
          type->line);
}

static void emit_flags(const ffh_function *function, FILE *out) {
  static const struct {
    uint16_t flag;
    const char *name;
  } flags[] = {{FFH_FN_INIT, "init"},
               {FFH_FN_FINI, "fini"},
               {FFH_FN_LEGACY, "legacy"},
               {FFH_FN_DISTURBS, "disturbs"},
               {FFH_FN_EXCLUDED, "excluded"},
               {FFH_FN_FREES, "frees"},
               {FFH_FN_NO_MEMORY, "alloc_failure"},
               {FFH_FN_SHADOW, "shadow"},
               {FFH_FN_OBSERVES, "observes"}};
  const char *comma = "";
  fputs("\"flags\": [", out);
  for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
    if ((function->flags & flags[i].flag) != 0) {
      fprintf(out, "%s\"%s\"", comma, flags[i].name);
      comma = ", ";
    }
  }
  fputc(']', out);
}

/* The linker's names of an inner function. */
static void emit_symbols(const ffh_gen_function *function, FILE *out) {
  if (!ffh_model_is_inner(function)) {
    return;
  }
  fputs(", \"symbols\": [", out);
  for (unsigned i = 0; i < ffh_emit_n_symbols(function); i++) {
    fputs(i == 0 ? "" : ", ", out);
    ffh_emit_json_text(out, ffh_emit_symbol(function, i));
  }
  fputs("]", out);
}

/* A callback that ffh-gen implements: its function type, so that others can implement it too. */
static void emit_callback(const ffh_gen_callback *callback, FILE *out) {
  fputs(", \"implementations\": [", out);
  for (unsigned i = 0; i < callback->out.n_impls; i++) {
    fputs(i == 0 ? "" : ", ", out);
    ffh_emit_json_text(out, callback->impls[i]);
  }
  fputs("]", out);
  if (callback->is_default) {
    fputs(", \"callback\": {", out);
    text_field(out, "result", callback->type->target->key);
    fputs(", \"parameters\": [", out);
    for (unsigned i = 0; i < callback->n_params; i++) {
      fputs(i == 0 ? "" : ", ", out);
      ffh_emit_json_text(out, callback->params[i].type->key);
    }
    fputs("]}", out);
  }
}

/* What a program needs to make the call as the runtime does. */
static void emit_passing(const ffh_gen_slot *gen, FILE *out) {
  const ffh_slot *slot = &gen->out;
  if ((slot->flags & FFH_SLOT_INDIRECT) != 0) {
    fputs(", \"indirect\": true", out);
  }
  if ((slot->flags & FFH_SLOT_BY_VALUE) != 0) {
    fputs(", \"by_value\": true", out);
  }
  if ((slot->flags & FFH_SLOT_CREATES) != 0) {
    fputs(", \"creates\": true", out);
  }
  if ((slot->flags & FFH_SLOT_PLACED) != 0) {
    fputs(", \"placed\": true", out);
  }
  if (slot->until != FFH_UNTIL_RETURN && slot->direction != FFH_DIR_OUT) {
    fputs(", \"kept\": true", out);
  }
  if (slot->kind == FFH_KIND_CONST) {
    fprintf(out, ", \"value\": %" PRId64, slot->lo);
    fputs((slot->flags & FFH_SLOT_STRUCT_SIZE) != 0 ? ", \"struct_size\": true" : "", out);
  } else if (slot->kind == FFH_KIND_OWNED || slot->kind == FFH_KIND_VIEW ||
             (slot->kind == FFH_KIND_HANDLE && slot->partner != FFH_NONE)) {
    /* Of a handle 0: whatever it was delivered in. */
    fprintf(out, ", \"element\": %" PRId64, slot->lo);
  } else if (slot->kind >= FFH_KIND_BYTES && slot->kind <= FFH_KIND_PATH && slot->hi > 0) {
    fprintf(out, ", \"cap\": %" PRId64, slot->hi);
  }
  if (gen->callback != NULL) {
    emit_callback(gen->callback, out);
  }
}

static void emit_parameter(const ffh_model *model, const ffh_gen_function *function,
                           const ffh_gen_slot *gen, FILE *out) {
  const ffh_slot *slot = &gen->out;
  fputs("        {", out);
  text_field(out, "name", slot->name);
  fprintf(out, ", \"kind\": \"%s\", \"direction\": \"%s\", \"size\": %" PRIu32,
          ffh_name_kind(slot->kind), ffh_name_direction(slot->direction), slot->size);
  fprintf(out, ", \"nullable\": %s", (slot->flags & FFH_SLOT_NULLABLE) != 0 ? "true" : "false");
  if (slot->parent != FFH_NONE) {
    fputs(", ", out);
    text_field(out, "parent", function->slots[slot->parent].out.name);
    fprintf(out, ", \"offset\": %" PRIu32, slot->offset);
  }
  if (slot->handle_type != FFH_NONE) {
    fputs(", ", out);
    text_field(out, "handle_type", model->types[slot->handle_type].out.name);
  }
  if (slot->partner != FFH_NONE) {
    fputs(", ", out);
    text_field(out, "partner", function->slots[slot->partner].out.name);
  }
  if (slot->kind == FFH_KIND_INT) {
    fprintf(out, ", \"lo\": %" PRId64 ", \"hi\": %" PRId64, slot->lo, slot->hi);
  }
  emit_passing(gen, out);
  fprintf(out, ", \"line\": %" PRIu32 "}", slot->line);
}

static void emit_errors(const ffh_gen_function *function, FILE *out) {
  fprintf(out, "\"error\": \"%s\", \"success\": %" PRId64 ", \"failures\": [",
          ffh_name_error(function->out.error_kind), function->out.success);
  for (unsigned i = 0; i < function->out.n_failures; i++) {
    fprintf(out, "%s%" PRId64, i == 0 ? "" : ", ", function->failures[i]);
  }
  fputs("],\n      \"rejects\": [", out);
  for (unsigned i = 0; i < function->out.n_rejections; i++) {
    const ffh_rejection *rejection = &function->rejections[i];
    fprintf(out, "%s{\"form\": \"%s\", \"status\": ", i == 0 ? "" : ", ",
            ffh_form_name(rejection->form));
    if (rejection->has_status) {
      fprintf(out, "%" PRId64 "}", rejection->status);
    } else {
      fputs("null}", out);
    }
  }
  fputs("], ", out);
}

static void emit_function(const ffh_model *model, const ffh_gen_function *function, FILE *out) {
  fputs("    {", out);
  text_field(out, "name", function->out.name);
  fprintf(out, ", \"id\": %" PRIu32 ", \"line\": %" PRIu32 ",\n      ", function->out.id,
          function->out.line);
  text_field(out, "signature", function->out.signature);
  fputs(",\n      ", out);
  emit_flags(&function->out, out);
  emit_symbols(function, out);
  fputs(", ", out);
  threads_field(model, function->out.threading, function->out.role, out);
  fputs(",\n      ", out);
  emit_errors(function, out);
  text_field(out, "excluded", function->out.excluded);
  fputs(",\n      \"parameters\": [", out);
  for (unsigned s = 0; s < function->out.n_slots; s++) {
    fputs(s == 0 ? "\n" : ",\n", out);
    emit_parameter(model, function, &function->slots[s], out);
  }
  fputs(function->out.n_slots == 0 ? "]}" : "\n      ]}", out);
}

void ffh_emit_json(const ffh_model *model, FILE *out) {
  fputs("{\n  ", out);
  text_field(out, "target", model->name);
  fputs(",\n  ", out);
  text_field(out, "contract", model->contract);
  fputs(",\n  \"handle_types\": [", out);
  for (unsigned i = 0; i < model->n_types; i++) {
    fputs(i == 0 ? "\n" : ",\n", out);
    emit_type(model, &model->types[i].out, out);
  }
  fputs(model->n_types == 0 ? "],\n  \"functions\": [" : "\n  ],\n  \"functions\": [", out);
  for (unsigned i = 0; i < model->n_functions; i++) {
    fputs(i == 0 ? "\n" : ",\n", out);
    emit_function(model, &model->functions[i], out);
  }
  fputs(model->n_functions == 0 ? "]\n}\n" : "\n  ]\n}\n", out);
}
