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

static void emit_default(const ffh_gen_callback *callback, const ffh_gen_function *function,
                         const ffh_gen_slot *slot, FILE *out) {
  const ffh_ctype *result = callback->type->target;
  const char *name = callback->impls[0];
  unsigned cookie = callback->n_params;
  fprintf(out, "\nstatic %s %s(", result->key, name);
  for (unsigned i = 0; i < callback->n_params; i++) {
    const char *constness = callback->params[i].type->is_const ? "const " : "";
    fprintf(out, "%s%s%s a%u", i == 0 ? "" : ", ", constness, callback->params[i].type->key, i);
    cookie = cookie == callback->n_params && is_userdata(callback, i) ? i : cookie;
  }
  fputs(callback->n_params == 0 ? "void) {\n" : ") {\n", out);
  char user_data[16] = "NULL";
  if (cookie < callback->n_params) {
    snprintf(user_data, sizeof user_data, "a%u", cookie);
  }
  fprintf(out, "  ffh_callback_enter(%s, \"%s.%s\");\n", user_data, function->out.name,
          slot->out.name);
  for (unsigned i = 0; i < callback->n_params; i++) {
    if (i != cookie) {
      emit_look(callback, i, out);
    }
  }
  fprintf(out, "  ffh_callback_leave(%s);\n", user_data);
  if (result->kind == FFH_C_STRUCT) {
    fprintf(out, "  %s zero;\n  memset(&zero, 0, sizeof zero);\n  return zero;\n", result->key);
  } else if (result->kind != FFH_C_VOID) {
    fputs("  return 0;\n", out);
  }
  fputs("}\n", out);
}

void ffh_emit_callbacks(const ffh_model *model, FILE *out) {
  for (unsigned f = 0; f < model->n_functions; f++) {
    const ffh_gen_function *function = &model->functions[f];
    for (unsigned s = 0; s < function->out.n_slots; s++) {
      ffh_gen_callback *callback = function->slots[s].callback;
      if (callback != NULL && callback->is_default) {
        emit_default(callback, function, &function->slots[s], out);
      }
    }
  }
}
