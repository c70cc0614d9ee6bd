/* One thunk for each function: the words of a call become typed arguments, the result a word. */
#include "gen/emit.h"

static void emit_argument(const ffh_decl *param, unsigned index, FILE *out) {
  const ffh_ctype *type = param->type;
  switch (type->kind) {
    case FFH_C_POINTER:
      if (type->target->kind == FFH_C_FUNCTION) {
        fprintf(out, "(%s)args[%u].fn", type->key, index);
      } else {
        fprintf(out, "args[%u].p", index);
      }
      break;
    case FFH_C_FLOAT:
      fprintf(out, "args[%u].%s", index, type->size == sizeof(float) ? "f" : "d");
      break;
    case FFH_C_STRUCT:
      fprintf(out, "*(const %s *)args[%u].cp", type->key, index);
      break;
    case FFH_C_ENUM:
      fprintf(out, "args[%u].%s", index, type->is_signed ? "i" : "u");
      break;
    default:
      fprintf(out, "(%s)args[%u].%s", type->key, index, type->is_signed ? "i" : "u");
  }
}

static void emit_result(const ffh_ctype *type, FILE *out) {
  switch (type->kind) {
    case FFH_C_VOID:
      fputs("  (void)result;\n  ", out);
      break;
    case FFH_C_POINTER:
      fputs("  result->cp = ", out);
      break;
    case FFH_C_FLOAT:
      fprintf(out, "  result->u = 0;\n  result->%s = ", type->size == sizeof(float) ? "f" : "d");
      break;
    case FFH_C_STRUCT:
      fprintf(out, "  static _Thread_local %s value;\n  value = ", type->key);
      break;
    default:
      fprintf(out, "  result->%s = ", type->is_signed ? "i" : "u");
  }
}

static void emit_thunk(const ffh_gen_function *function, FILE *out) {
  const ffh_proto *proto = function->proto;
  const ffh_ctype *type = proto->type->target;
  bool wrapped = ffh_emit_is_wrapped(function);
  fputc('\n', out);
  if (wrapped) {
    ffh_emit_real(function, out);
  }
  fprintf(out,
          "static void call_%s(const ffh_word *args, ffh_word *result) {\n"
          "  FFH_CROSS_FRAME();\n",
          proto->name);
  if (proto->n_params == 0) {
    fputs("  (void)args;\n", out);
  }
  emit_result(type, out);
  fprintf(out, "%s%s(", wrapped ? "__real_" : "", proto->name);
  for (unsigned i = 0; i < proto->n_params; i++) {
    fputs(i == 0 ? "" : ", ", out);
    emit_argument(&proto->params[i], i, out);
  }
  fputs(type->kind == FFH_C_STRUCT ? ");\n  result->p = &value;\n}\n"
                                   : ");\n  FFH_CROSS_DONE();\n}\n",
        out);
}

void ffh_emit_thunks(const ffh_model *model, FILE *out) {
  for (unsigned i = 0; i < model->n_functions; i++) {
    if (ffh_model_is_called(&model->functions[i])) {
      emit_thunk(&model->functions[i], out);
    }
  }
}
