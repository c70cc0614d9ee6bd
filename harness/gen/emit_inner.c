/* Wrappers that the linker puts before functions (`--wrap`): every call of the function by another
 * object arrives at `__wrap_SYMBOL`, and `__real_SYMBOL` is the function itself. One for each
 * symbol of an inner function; asm labels give it its name, which need not be C. */
#include "gen/emit.h"

unsigned ffh_emit_n_symbols(const ffh_gen_function *function) {
  const ffh_note *note = ffh_words_find(&function->proto->notes, FFH_W_SYMBOL);
  return note == NULL ? 1 : note->n_args;
}

const char *ffh_emit_symbol(const ffh_gen_function *function, unsigned index) {
  const ffh_note *note = ffh_words_find(&function->proto->notes, FFH_W_SYMBOL);
  return note == NULL ? function->out.name : note->args[index];
}

/* "__typeof__(int) PREFIX_3_0(__typeof__(char *) a0)" */
static void emit_declarator(const ffh_gen_function *function, const char *prefix, unsigned f,
                            unsigned symbol, FILE *out) {
  const ffh_ctype *type = function->proto->type;
  fprintf(out, "__typeof__(%s) %s_%u_%u%s(", type->target->spelling, prefix, f, symbol,
          prefix[0] == '(' ? ")" : "");
  for (unsigned i = 0; i < type->n_params; i++) {
    fprintf(out, "%s__typeof__(%s) a%u", i == 0 ? "" : ", ", type->params[i].type->spelling, i);
  }
  fputs(type->n_params == 0 ? "void)" : ")", out);
}

/* A word for each slot but the result's, in their order. */
static void emit_words(const ffh_gen_function *function, FILE *out) {
  bool any = false;
  for (unsigned s = 0; s < function->out.n_slots; s++) {
    const ffh_slot *slot = &function->slots[s].out;
    if (slot->param >= 0) {
      fprintf(out, "%s{.cp = (const void *)a%d}", any ? ", " : "  const ffh_word args[] = {",
              slot->param);
      any = true;
    }
  }
  fputs(any ? "};\n" : "  const ffh_word *args = NULL;\n", out);
}

static const char *word_field(const ffh_ctype *type) {
  switch (type->kind) {
    case FFH_C_POINTER:
      return "cp";
    case FFH_C_FLOAT:
      return type->size == sizeof(float) ? "f" : "d";
    case FFH_C_STRUCT:
    case FFH_C_UNION:
    case FFH_C_OTHER:
    case FFH_C_VOID:
      return NULL;
    default:
      return type->is_signed ? "i" : "u";
  }
}

static void emit_call(const ffh_model *model, unsigned f, unsigned symbol, FILE *out) {
  const ffh_gen_function *function = &model->functions[f];
  fprintf(out, "ffh_real_%u_%u(", f, symbol);
  for (unsigned i = 0; i < function->proto->type->n_params; i++) {
    fputs(i == 0 ? "" : ", ", out);
    if (ffh_emit_has_back(function, i)) {
      ffh_emit_back_argument(model, f, i, out);
    } else {
      fprintf(out, "a%u", i);
    }
  }
  fputs(");\n", out);
}

/* A handle that is only used has a short way: see ffh_inner_enter_use. */
static bool is_plain_use(const ffh_gen_function *function) {
  const unsigned more = (unsigned)~(FFH_SLOT_NULLABLE | FFH_SLOT_CONST);
  unsigned handles = 0;
  for (unsigned s = 0; s < function->out.n_slots; s++) {
    const ffh_slot *slot = &function->slots[s].out;
    if (slot->param >= 0 && slot->kind == FFH_KIND_HANDLE) {
      handles++;
      if ((slot->flags & more) != 0) {
        return false;
      }
    } else if (slot->param >= 0 || slot->kind == FFH_KIND_HANDLE || slot->kind == FFH_KIND_OWNED) {
      return false;
    }
  }
  return handles == 1 && function->out.plays == FFH_NONE &&
         (function->out.flags & (FFH_FN_INIT | FFH_FN_FINI)) == 0;
}

static void emit_name(const ffh_gen_function *function, unsigned f, unsigned symbol, bool proxy,
                      FILE *out) {
  fputs(proxy ? "FFH_INNER_EXPORTED " : "", out);
  emit_declarator(function, "ffh_wrap", f, symbol, out);
  fprintf(out, " __asm__(\"%s%s\");\n", proxy ? "" : "__wrap_", ffh_emit_symbol(function, symbol));
}

/* The function that a getter's result points to, FFH_NONE for other results. */
static uint16_t returned(const ffh_model *model, const ffh_gen_function *function) {
  const ffh_note *note = ffh_words_find(&function->proto->notes, FFH_W_RETURNS_FUNCTION);
  return note == NULL ? FFH_NONE : ffh_model_function(model, note->args[0]);
}

static void emit_wrap(const ffh_model *model, const ffh_gen_function *function, unsigned f,
                      unsigned symbol, bool proxy, FILE *out) {
  const ffh_ctype *result = function->proto->type->target;
  const char *field = word_field(result);
  fprintf(out, "\n/* %s */\n", function->out.signature);
  if (returned(model, function) != FFH_NONE) {
    emit_name(&model->functions[returned(model, function)], returned(model, function), 0, proxy,
              out);
  }
  emit_name(function, f, symbol, proxy, out);
  fputs(proxy ? "static " : "", out);
  emit_declarator(function, proxy ? "(*ffh_real" : "ffh_real", f, symbol, out);
  if (proxy) {
    fputs(";\n", out);
  } else {
    fprintf(out, " __asm__(\"__real_%s\");\n", ffh_emit_symbol(function, symbol));
  }
  fputs("FFH_INNER_WRAPPER ", out);
  emit_declarator(function, "ffh_wrap", f, symbol, out);
  fputs(" {\n", out);
  emit_words(function, out);
  fputs("  ffh_inner inner;\n", out);
  fprintf(out,
          "  FFH_INNER_SCOPE ffh_inner_scope scope =\n"
          "      ffh_inner_%s(&inner, &functions[%u], args);\n  ",
          is_plain_use(function) ? "enter_use" : "enter", f);
  if (result->kind != FFH_C_VOID) {
    fprintf(out, "__typeof__(%s) result = ", result->spelling);
  }
  emit_call(model, f, symbol, out);
  if (field != NULL) {
    fprintf(out, "  ffh_inner_leave(&scope, (ffh_word){.%s = result});\n", field);
  } else {
    fputs("  ffh_inner_leave(&scope, (ffh_word){.u = 0});\n", out);
  }
  uint16_t points_to = returned(model, function);
  if (points_to != FFH_NONE) {
    fprintf(out, "  result = result == NULL ? NULL : ffh_wrap_%u_0;\n", points_to);
  }
  fputs(result->kind == FFH_C_VOID ? "}\n" : "  return result;\n}\n", out);
}

static void emit_all(const ffh_model *model, bool proxy, FILE *out) {
  ffh_emit_backs(model, proxy, out);
  for (unsigned f = 0; f < model->n_functions; f++) {
    const ffh_gen_function *function = &model->functions[f];
    for (unsigned s = 0; ffh_model_is_inner(function) && s < ffh_emit_n_symbols(function); s++) {
      emit_wrap(model, function, f, s, proxy, out);
    }
  }
}

void ffh_emit_inner(const ffh_model *model, FILE *out) {
  emit_all(model, false, out);
}

void ffh_emit_inner_proxies(const ffh_model *model, FILE *out) {
  emit_all(model, true, out);
}

void ffh_emit_inner_options(const ffh_model *model, FILE *out) {
  for (unsigned f = 0; f < model->n_functions; f++) {
    const ffh_gen_function *function = &model->functions[f];
    for (unsigned s = 0; ffh_model_is_inner(function) && s < ffh_emit_n_symbols(function); s++) {
      fprintf(out, "-Wl,--wrap=%s\n", ffh_emit_symbol(function, s));
    }
  }
}
