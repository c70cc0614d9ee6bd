/* Implementations of callbacks that look at everything they are given and return zero. */
#include <string.h>

#include "gen/emit.h"

static bool is_userdata(const ffh_gen_callback *callback, unsigned index) {
  const ffh_decl *param = &callback->params[index];
  if (ffh_words_find(&param->notes, FFH_W_USERDATA) != NULL) {
    return true;
  }
  for (unsigned i = 0; i < callback->n_params; i++) {
    const ffh_ctype *type = callback->params[i].type;
    if (ffh_words_find(&callback->params[i].notes, FFH_W_USERDATA) != NULL) {
      return false;
    }
    /* Without words, the first plain `void *` is the user data, as in most C interfaces. */
    if (type->kind == FFH_C_POINTER && type->target->kind == FFH_C_VOID &&
        !type->target->is_const) {
      return i == index;
    }
  }
  return false;
}

/* The parameter with the length of the bytes in `index`; n_params when there is none. */
static unsigned length_of(const ffh_gen_callback *callback, unsigned index) {
  const ffh_decl *param = &callback->params[index];
  const ffh_note *bytes = ffh_words_find(&param->notes, FFH_W_BYTES);
  const ffh_ctype *type = param->type;
  if (bytes != NULL) {
    for (unsigned i = 0; i < callback->n_params; i++) {
      if (callback->params[i].name[0] != '\0' &&
          strcmp(callback->params[i].name, bytes->args[0]) == 0) {
        return i;
      }
    }
  }
  bool pair = index + 1 < callback->n_params && type->kind == FFH_C_POINTER &&
              type->target->is_const &&
              (type->target->is_char || type->target->kind == FFH_C_VOID) &&
              callback->params[index + 1].type->kind == FFH_C_INT &&
              callback->params[index + 1].type->size == sizeof(size_t) &&
              ffh_words_find(&param->notes, FFH_W_CSTR) == NULL;
  return pair ? index + 1 : callback->n_params;
}

static void emit_look(const ffh_gen_callback *callback, unsigned index, FILE *out) {
  const ffh_decl *param = &callback->params[index];
  unsigned length = length_of(callback, index);
  if (length < callback->n_params) {
    fprintf(out, "  ffh_callback_bytes(a%u, (size_t)a%u);\n", index, length);
  } else if (ffh_words_find(&param->notes, FFH_W_CSTR) != NULL) {
    fprintf(out, "  ffh_callback_text(a%u);\n", index);
  } else {
    fprintf(out, "  (void)a%u;\n", index);
  }
}

unsigned ffh_emit_cookie(const ffh_gen_callback *callback) {
  for (unsigned i = 0; i < callback->n_params; i++) {
    if (is_userdata(callback, i)) {
      return i;
    }
  }
  return callback->n_params;
}

static void emit_default(const ffh_gen_callback *callback, FILE *out) {
  const ffh_ctype *result = callback->type->target;
  unsigned cookie = ffh_emit_cookie(callback);
  fprintf(out, "\nstatic __typeof__(%s) %s(", result->key, callback->impls[0]);
  ffh_emit_params(callback->params, callback->n_params, out);
  fputs(") {\n", out);
  for (unsigned i = 0; i < callback->n_params; i++) {
    if (i == cookie) {
      fprintf(out, "  (void)a%u;\n", i);
    } else {
      emit_look(callback, i, out);
    }
  }
  if (result->kind == FFH_C_STRUCT) {
    fprintf(out, "  %s zero;\n  memset(&zero, 0, sizeof zero);\n  return zero;\n", result->key);
  } else if (result->kind != FFH_C_VOID) {
    fputs("  return 0;\n", out);
  }
  fputs("}\n", out);
}

/* What the library gets instead of the implementation: it crosses to the caller's side and back. */
static void emit_back(const ffh_gen_callback *callback, unsigned f, unsigned s, unsigned which,
                      FILE *out) {
  const ffh_ctype *result = callback->type->target;
  bool returns = result->kind != FFH_C_VOID;
  unsigned cookie = ffh_emit_cookie(callback);
  fprintf(out, "\nstatic __typeof__(%s) ffh_back_%u_%u_%u(", result->key, f, s, which);
  ffh_emit_params(callback->params, callback->n_params, out);
  fputs(") {\n  FFH_CROSS_FRAME();\n  ffh_crossing crossing;\n", out);
  fprintf(out, "  ffh_callback_begin(&crossing, &back_%u_%u, ", f, s);
  if (cookie < callback->n_params) {
    fprintf(out, "(const void *)a%u);\n  ", cookie);
  } else {
    fputs("NULL);\n  ", out);
  }
  if (returns) {
    fprintf(out, "__typeof__(%s) value = ", result->key);
  }
  fprintf(out, "%s(", callback->impls[which]);
  ffh_emit_names(callback->n_params, out);
  fputs(");\n  ffh_callback_end(&crossing);\n", out);
  fputs(returns ? "  return value;\n}\n" : "}\n", out);
}

void ffh_emit_callbacks(const ffh_model *model, FILE *out) {
  for (unsigned f = 0; f < model->n_functions; f++) {
    const ffh_gen_function *function = &model->functions[f];
    for (unsigned s = 0; s < function->out.n_slots; s++) {
      ffh_gen_callback *callback = function->slots[s].callback;
      if (callback == NULL || callback->out.n_impls == 0) {
        continue;
      }
      if (callback->is_default) {
        emit_default(callback, out);
      }
      fprintf(out,
              "\nstatic const ffh_edge back_%u_%u = {.name = \"%s.%s\", .to = FFH_SIDE_CALLER,\n"
              "    .kind = FFH_EDGE_CALLBACK, .function = %u, .slot = %u};\n",
              f, s, function->out.name, function->slots[s].out.name, f, s);
      for (unsigned i = 0; i < callback->out.n_impls; i++) {
        emit_back(callback, f, s, i, out);
      }
    }
  }
}
