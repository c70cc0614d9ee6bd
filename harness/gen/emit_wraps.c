/* Functions that stand before the library's own, put there by the linker (--wrap): a call that
 * comes from the caller's side, out of a callback or the target's own sources, crosses the boundary
 * as the harness's calls do. Inside the library they only look at the side and go on. */
#include <string.h>

#include "gen/emit.h"

/* A libc function in a contract ("freed with free") is everybody's, not only the library's. */
static bool is_libc(const char *name) {
  static const char *const names[] = {"free", "malloc", "calloc", "realloc"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (strcmp(name, names[i]) == 0) {
      return true;
    }
  }
  return false;
}

bool ffh_emit_is_wrapped(const ffh_gen_function *function) {
  return ffh_model_is_called(function) && (function->out.flags & FFH_FN_DISTURBS) == 0 &&
         !is_libc(function->out.name);
}

void ffh_emit_real(const ffh_gen_function *function, FILE *out) {
  fprintf(out, "extern __typeof__(%s) __real_%s;\n", function->out.name, function->out.name);
}

void ffh_emit_params(const ffh_decl *params, unsigned n, FILE *out) {
  for (unsigned i = 0; i < n; i++) {
    fprintf(out, "%s__typeof__(%s%s) a%u", i == 0 ? "" : ", ",
            params[i].type->is_const ? "const " : "", params[i].type->key, i);
  }
  fputs(n == 0 ? "void" : "", out);
}

void ffh_emit_names(unsigned n, FILE *out) {
  for (unsigned i = 0; i < n; i++) {
    fprintf(out, "%sa%u", i == 0 ? "" : ", ", i);
  }
}

static void emit_word(const ffh_ctype *type, const char *name, FILE *out) {
  switch (type->kind) {
    case FFH_C_POINTER:
      if (type->target->kind == FFH_C_FUNCTION) {
        fprintf(out, "{.fn = (void (*)(void))%s}", name);
      } else {
        fprintf(out, "{.cp = (const void *)%s}", name);
      }
      break;
    case FFH_C_FLOAT:
      fprintf(out, "{.%s = %s}", type->size == sizeof(float) ? "f" : "d", name);
      break;
    case FFH_C_STRUCT:
      fprintf(out, "{.cp = &%s}", name);
      break;
    default:
      fprintf(out, "{.%s = %s}", type->is_signed ? "i" : "u", name);
  }
}

static void emit_crossing(const ffh_gen_function *function, unsigned index, FILE *out) {
  const ffh_proto *proto = function->proto;
  const ffh_ctype *type = proto->type->target;
  fprintf(out, "\nstatic __attribute__((noinline)) __typeof__(%s) ffh_enter_%s(", type->key,
          proto->name);
  ffh_emit_params(proto->params, proto->n_params, out);
  fputs(") {\n  FFH_CROSS_FRAME();\n  ffh_crossing crossing;\n", out);
  if (proto->n_params != 0) {
    fputs("  const ffh_word args[] = {", out);
    for (unsigned i = 0; i < proto->n_params; i++) {
      char name[16];
      snprintf(name, sizeof name, "a%u", i);
      fputs(i == 0 ? "" : ", ", out);
      emit_word(proto->params[i].type, name, out);
    }
    fputs("};\n", out);
  }
  fprintf(out, "  ffh_reenter_begin(&crossing, &functions[%u], %s);\n  ", index,
          proto->n_params == 0 ? "NULL" : "args");
  if (type->kind != FFH_C_VOID) {
    fprintf(out, "__typeof__(%s) value = ", type->key);
  }
  fprintf(out, "__real_%s(", proto->name);
  ffh_emit_names(proto->n_params, out);
  fputs(");\n  const ffh_word result = ", out);
  if (type->kind == FFH_C_VOID) {
    fputs("{.u = 0}", out);
  } else {
    emit_word(type, "value", out);
  }
  fputs(";\n  ffh_reenter_end(&crossing, &result);\n", out);
  fputs(type->kind == FFH_C_VOID ? "}\n" : "  return value;\n}\n", out);
}

static void emit_wrap(const ffh_gen_function *function, FILE *out) {
  const ffh_proto *proto = function->proto;
  const char *name = proto->name;
  bool returns = proto->type->target->kind != FFH_C_VOID;
  fprintf(out, "\nextern __typeof__(%s) __wrap_%s;\n__typeof__(%s) __wrap_%s(", name, name,
          proto->type->target->key, name);
  ffh_emit_params(proto->params, proto->n_params, out);
  fputs(") {\n  if (ffh_here_now.side == FFH_SIDE_CALLER) {\n    ", out);
  fprintf(out, "%sffh_enter_%s(", returns ? "return " : "", name);
  ffh_emit_names(proto->n_params, out);
  fputs(returns ? ");\n  }\n  return " : ");\n    return;\n  }\n  ", out);
  fprintf(out, "__real_%s(", name);
  ffh_emit_names(proto->n_params, out);
  fputs(");\n}\n", out);
}

void ffh_emit_wraps(const ffh_model *model, FILE *out) {
  for (unsigned i = 0; i < model->n_functions; i++) {
    if (ffh_emit_is_wrapped(&model->functions[i])) {
      emit_crossing(&model->functions[i], i, out);
      emit_wrap(&model->functions[i], out);
    }
  }
}

void ffh_emit_wrap_options(const ffh_model *model, FILE *out) {
  for (unsigned i = 0; i < model->n_functions; i++) {
    if (ffh_emit_is_wrapped(&model->functions[i])) {
      fprintf(out, "-Wl,--wrap=%s\n", model->functions[i].out.name);
    }
  }
  ffh_emit_inner_options(model, out);
}
