#include <inttypes.h>
#include <string.h>

#include "base/id.h"
#include "gen/emit.h"

static void emit_i64(FILE *out, int64_t value) {
  if (value == INT64_MIN) {
    fputs("INT64_MIN", out);
  } else {
    fprintf(out, "INT64_C(%" PRId64 ")", value);
  }
}

static void emit_text(FILE *out, const char *text) {
  ffh_emit_literal(out, text, text == NULL ? 0 : strlen(text));
}

static void emit_i64s(FILE *out, const char *name, unsigned f, unsigned s, const int64_t *values,
                      unsigned n) {
  fprintf(out, "static const int64_t %s_%u_%u[] = {", name, f, s);
  for (unsigned i = 0; i < n; i++) {
    fputs(i == 0 ? "" : ", ", out);
    emit_i64(out, values[i]);
  }
  fputs("};\n", out);
}

static void emit_u16s(FILE *out, const char *name, unsigned f, unsigned s, const uint16_t *values,
                      unsigned n) {
  fprintf(out, "static const uint16_t %s_%u_%u[] = {", name, f, s);
  for (unsigned i = 0; i < n; i++) {
    fprintf(out, "%s%u", i == 0 ? "" : ", ", values[i]);
  }
  fputs("};\n", out);
}

static void emit_texts(FILE *out, const char *name, unsigned f, unsigned s,
                       const char *const *values, unsigned n) {
  fprintf(out, "static const char *const %s_%u_%u[] = {", name, f, s);
  for (unsigned i = 0; i < n; i++) {
    fputs(i == 0 ? "" : ", ", out);
    emit_text(out, values[i]);
  }
  fputs("};\n", out);
}

static void emit_dict(FILE *out, unsigned f, unsigned s, const ffh_gen_slot *slot) {
  fprintf(out, "static const ffh_dict_entry dict_%u_%u[] = {\n", f, s);
  for (unsigned i = 0; i < slot->out.n_dict; i++) {
    const ffh_dict_entry *entry = &slot->dict[i];
    fputs("    {", out);
    ffh_emit_literal(out, entry->bytes, entry->size);
    fprintf(out, ", %u, ", entry->size);
    emit_i64(out, entry->number);
    fputs("},\n", out);
  }
  fputs("};\n", out);
}

static void emit_callback(FILE *out, unsigned f, unsigned s, const ffh_gen_callback *callback) {
  const ffh_callback *c = &callback->out;
  if (c->n_impls != 0) {
    fprintf(out, "static void (*const impls_%u_%u[])(void) = {", f, s);
    for (unsigned i = 0; i < c->n_impls; i++) {
      fprintf(out, "%s(void (*)(void))ffh_back_%u_%u_%u", i == 0 ? "" : ", ", f, s, i);
    }
    fputs("};\n", out);
    emit_texts(out, "impl_names", f, s, callback->impls, c->n_impls);
  }
  if (c->n_reenters != 0) {
    emit_u16s(out, "reenters", f, s, callback->reenters, c->n_reenters);
  }
  fprintf(out,
          "static const ffh_callback callback_%u_%u = {\n"
          "    .threading = %u, .role = %u, .once = %u, .until = %u, .until_slot = %u",
          f, s, c->threading, c->role, c->once, c->until, c->until_slot);
  if (c->n_impls != 0) {
    fprintf(out, ",\n    .n_impls = %u, .impls = impls_%u_%u, .impl_names = impl_names_%u_%u",
            c->n_impls, f, s, f, s);
  }
  if (c->n_reenters != 0) {
    fprintf(out, ",\n    .reenters = reenters_%u_%u, .n_reenters = %u", f, s, c->n_reenters);
  }
  fputs("};\n", out);
}

static void emit_slot_arrays(FILE *out, unsigned f, unsigned s, const ffh_gen_slot *slot) {
  if (slot->out.n_until_fns != 0) {
    emit_u16s(out, "until", f, s, slot->until_fns, slot->out.n_until_fns);
  }
  if (slot->out.n_enumerators != 0) {
    emit_i64s(out, "enumerators", f, s, slot->enumerators, slot->out.n_enumerators);
    emit_texts(out, "enumerator_names", f, s, slot->enumerator_names, slot->out.n_enumerators);
  }
  if (slot->out.n_dict != 0) {
    emit_dict(out, f, s, slot);
  }
  if (slot->callback != NULL) {
    emit_callback(out, f, s, slot->callback);
  }
}

static void emit_slot(FILE *out, unsigned f, unsigned s, const ffh_gen_slot *gen) {
  const ffh_slot *slot = &gen->out;
  fputs("    {.name = ", out);
  emit_text(out, slot->name);
  fprintf(out, ", .id = 0x%08" PRIx32 "u, .kind = FFH_KIND_", slot->id);
  for (const char *c = ffh_name_kind(slot->kind); *c != '\0'; c++) {
    fputc(*c - 'a' + 'A', out);
  }
  fprintf(out, ", .direction = %u, .flags = 0x%x,\n", slot->direction, slot->flags);
  fprintf(out,
          "     .param = %d, .parent = %u, .offset = %" PRIu32 ", .size = %" PRIu32
          ", .align = %" PRIu32 ",\n",
          slot->param, slot->parent, slot->offset, slot->size, slot->align);
  fprintf(out,
          "     .partner = %u, .partner2 = %u, .handle_type = %u, .until = %u, .elem_kind = %u,\n",
          slot->partner, slot->partner2, slot->handle_type, slot->until, slot->elem_kind);
  fprintf(out,
          "     .until_slot = %u, .parent_of = %u, .belongs_to = %u, .needs = %u, .becomes = %u",
          slot->until_slot, slot->parent_of, slot->belongs_to, slot->needs, slot->becomes);
  fputs(",\n     .lo = ", out);
  emit_i64(out, slot->lo);
  fputs(", .hi = ", out);
  emit_i64(out, slot->hi);
  if (slot->n_until_fns != 0) {
    fprintf(out, ",\n     .until_fns = until_%u_%u, .n_until_fns = %u", f, s, slot->n_until_fns);
  }
  if (slot->n_enumerators != 0) {
    fprintf(out,
            ",\n     .enumerators = enumerators_%u_%u, .enumerator_names = enumerator_names_%u_%u,"
            " .n_enumerators = %u",
            f, s, f, s, slot->n_enumerators);
  }
  if (slot->n_dict != 0) {
    fprintf(out, ",\n     .dict = dict_%u_%u, .n_dict = %u", f, s, slot->n_dict);
  }
  if (gen->callback != NULL) {
    fprintf(out, ",\n     .callback = &callback_%u_%u", f, s);
  }
  fprintf(out, ",\n     .line = %" PRIu32 "},\n", slot->line);
}

static void emit_function_arrays(FILE *out, unsigned f, const ffh_gen_function *function) {
  fprintf(out, "\n/* %s */\n", function->out.name);
  for (unsigned s = 0; s < function->out.n_slots; s++) {
    emit_slot_arrays(out, f, s, &function->slots[s]);
  }
  if (function->out.n_slots != 0) {
    fprintf(out, "static const ffh_slot slots_%u[] = {\n", f);
    for (unsigned s = 0; s < function->out.n_slots; s++) {
      emit_slot(out, f, s, &function->slots[s]);
    }
    fputs("};\n", out);
  }
  if (function->out.n_failures != 0) {
    emit_i64s(out, "failures", f, 0, function->failures, function->out.n_failures);
  }
  if (function->out.n_rejections != 0) {
    fprintf(out, "static const ffh_rejection rejections_%u[] = {", f);
    for (unsigned i = 0; i < function->out.n_rejections; i++) {
      const ffh_rejection *rejection = &function->rejections[i];
      fprintf(out, "%s{%u, %u, ", i == 0 ? "" : ", ", rejection->form, rejection->has_status);
      emit_i64(out, rejection->status);
      fputc('}', out);
    }
    fputs("};\n", out);
  }
}

/* libc's free is in a contract for the caller to call. */
static const char *side_of(const ffh_function *function) {
  if ((function->flags & FFH_FN_DISTURBS) != 0 || strcmp(function->name, "free") == 0) {
    return "FFH_SIDE_CALLER";
  }
  return (function->flags & FFH_FN_LEGACY) != 0 ? "FFH_SIDE_LEGACY" : "FFH_SIDE_LIBRARY";
}

static void emit_function(FILE *out, unsigned f, const ffh_gen_function *gen) {
  const ffh_function *function = &gen->out;
  fputs("    {.name = ", out);
  emit_text(out, function->name);
  fprintf(out, ", .id = 0x%08" PRIx32 "u, .flags = 0x%x, .threading = %u, .role = %u,\n",
          function->id, function->flags, function->threading, function->role);
  fprintf(out, "     .error_kind = %u, .on_error = %u, .error_slot = %u, .result_slot = %u,\n",
          function->error_kind, function->on_error, function->error_slot, function->result_slot);
  fprintf(out, "     .child_of = %u, .dies_with = %u, .inherits = %u, .when_fn = %u,\n",
          function->child_of, function->dies_with, function->inherits, function->when_fn);
  fprintf(out, "     .shadow_fn = %u, .last_error_fn = %u, .n_params = %u, .n_slots = %u,\n",
          function->shadow_fn, function->last_error_fn, function->n_params, function->n_slots);
  if (function->n_slots != 0) {
    fprintf(out, "     .slots = slots_%u,\n", f);
  }
  fputs("     .success = ", out);
  emit_i64(out, function->success);
  if (function->n_failures != 0) {
    fprintf(out, ", .failures = failures_%u_0, .n_failures = %u", f, function->n_failures);
  }
  if (function->n_rejections != 0) {
    fprintf(out,
            ",\n     .n_rejections = %u, .rejections = rejections_%u, .rejects = 0x%" PRIx32 "u",
            function->n_rejections, f, function->rejects);
  }
  if ((function->flags & FFH_FN_NO_MEMORY_STATUS) != 0) {
    fputs(",\n     .no_memory_status = ", out);
    emit_i64(out, function->no_memory_status);
  }
  fputs(",\n     .excluded = ", out);
  emit_text(out, function->excluded);
  fputs(",\n     .signature = ", out);
  emit_text(out, function->signature);
  bool legacy = (function->flags & FFH_FN_LEGACY) != 0;
  fprintf(out, ",\n     .line = %" PRIu32 ", .plays = %u, .edge = {.name = ", function->line,
          function->plays);
  emit_text(out, function->name);
  fprintf(out, ", .to = %s, .kind = %s,\n              .function = %u, .slot = FFH_NONE}",
          side_of(function), legacy ? "FFH_EDGE_LEGACY" : "FFH_EDGE_CALL", f);
  fputs(",\n     .call = ", out);
  if (ffh_model_is_called(gen)) {
    fprintf(out, "call_%s},\n", function->name);
  } else {
    fputs("NULL},\n", out);
  }
}

static void emit_types(FILE *out, const ffh_model *model) {
  if (model->n_types == 0) {
    return;
  }
  fputs("\nstatic const ffh_handle_type handle_types[] = {\n", out);
  for (unsigned i = 0; i < model->n_types; i++) {
    const ffh_handle_type *type = &model->types[i].out;
    fputs("    {.name = ", out);
    emit_text(out, type->name);
    fprintf(out,
            ", .id = 0x%08" PRIx32
            "u, .threading = %u, .role = %u, .is_memory = %u, .relocatable = %u,\n"
            "     .destroy_fn = %u, .creator_fn = %u, .line = %" PRIu32 "},\n",
            type->id, type->threading, type->role, type->is_memory, type->relocatable,
            type->destroy_fn, type->creator_fn, type->line);
  }
  fputs("};\n", out);
}

static void emit_names(FILE *out, const char *name, const char *const *names, unsigned n) {
  if (n == 0) {
    return;
  }
  fprintf(out, "\nstatic const char *const %s[] = {", name);
  for (unsigned i = 0; i < n; i++) {
    fputs(i == 0 ? "" : ", ", out);
    emit_text(out, names[i]);
  }
  fputs("};\n", out);
}

void ffh_emit_tables(const ffh_model *model, FILE *out) {
  for (unsigned f = 0; f < model->n_functions; f++) {
    emit_function_arrays(out, f, &model->functions[f]);
  }
  emit_types(out, model);
  emit_names(out, "roles", model->roles, model->n_roles);
  emit_names(out, "states", model->states, model->n_states);
  fputs("\nstatic const ffh_function functions[] = {\n", out);
  for (unsigned f = 0; f < model->n_functions; f++) {
    emit_function(out, f, &model->functions[f]);
  }
  fputs("};\n\nconst ffh_target ffh_target_main = {\n    .abi = FFH_TARGET_ABI,\n    .id = ", out);
  fprintf(out, "0x%08" PRIx32 "u,\n    .name = ", ffh_id(model->name));
  emit_text(out, model->name);
  fputs(",\n    .contract = ", out);
  emit_text(out, model->contract);
  fprintf(out, ",\n    .handle_types = %s,\n", model->n_types == 0 ? "NULL" : "handle_types");
  fprintf(out, "    .functions = functions,\n    .roles = %s,\n    .states = %s,\n",
          model->n_roles == 0 ? "NULL" : "roles", model->n_states == 0 ? "NULL" : "states");
  fprintf(out,
          "    .n_handle_types = %u,\n    .n_functions = %u,\n    .n_roles = %u,\n"
          "    .n_states = %u,\n};\n",
          model->n_types, model->n_functions, model->n_roles, model->n_states);
}
