/* Trampolines for the callbacks that a facade passes to inner functions: see ffh/back.h. Those of
 * one type share them, and are named after the first parameter of that type. */
#include <string.h>

#include "gen/emit.h"

bool ffh_emit_has_back(const ffh_gen_function *function, unsigned param) {
  const ffh_ctype *type = function->proto->type->params[param].type;
  return ffh_model_is_inner(function) && type->kind == FFH_C_POINTER &&
         type->target->kind == FFH_C_FUNCTION && !type->target->is_variadic;
}

static const ffh_ctype *type_of(const ffh_gen_function *function, unsigned param) {
  return function->proto->type->params[param].type->target;
}

/* FFH_NONE where the contract says nothing of the callback. */
static uint16_t slot_of(const ffh_gen_function *function, unsigned param) {
  for (uint16_t s = 0; s < function->out.n_slots; s++) {
    if (function->slots[s].callback != NULL && function->slots[s].out.param == (int)param) {
      return s;
    }
  }
  return FFH_NONE;
}

/* The parameters of one type. */
typedef struct group {
  const ffh_ctype *type;
  char id[24];                      /* of the first one */
  const ffh_gen_callback *callback; /* of the first that the contract speaks of, NULL for none */
} group;

static bool is_of(const group *all, const ffh_gen_function *function, unsigned param) {
  return ffh_emit_has_back(function, param) &&
         strcmp(type_of(function, param)->key, all->type->key) == 0;
}

static group group_of(const ffh_model *model, const ffh_ctype *type) {
  group all = {.type = type};
  for (unsigned f = 0; f < model->n_functions; f++) {
    const ffh_gen_function *function = &model->functions[f];
    for (unsigned i = 0; i < function->proto->type->n_params; i++) {
      if (!is_of(&all, function, i)) {
        continue;
      }
      if (all.id[0] == '\0') {
        snprintf(all.id, sizeof all.id, "%u_%u", f, i);
      }
      if (all.callback == NULL && slot_of(function, i) != FFH_NONE) {
        all.callback = function->slots[slot_of(function, i)].callback;
      }
    }
  }
  return all;
}

void ffh_emit_back_argument(const ffh_model *model, unsigned f, unsigned param, FILE *out) {
  const ffh_gen_function *function = &model->functions[f];
  group all = group_of(model, type_of(function, param));
  fprintf(out, "(__typeof__(a%u))ffh_back_for(&backs_%s, ", param, all.id);
  if (slot_of(function, param) == FFH_NONE) {
    fputs("NULL", out);
  } else {
    fprintf(out, "&back_param_%u_%u", f, param);
  }
  fprintf(out, ", (void (*)(void))a%u, scope.before.side)", param);
}

/* ---- functions ---- */

/* "FFH_INNER_WRAPPER static __typeof__(int) cross_3_1(unsigned index, __typeof__(char *) a0)" */
static void emit_head(const group *all, const char *prefix, const char *suffix, const char *first,
                      FILE *out) {
  const ffh_ctype *type = all->type;
  fprintf(out, "FFH_INNER_WRAPPER static __typeof__(%s) %s_%s%s(%s", type->target->spelling, prefix,
          all->id, suffix, first);
  for (unsigned i = 0; i < type->n_params; i++) {
    fprintf(out, "%s__typeof__(%s) a%u", i == 0 && first[0] == '\0' ? "" : ", ",
            type->params[i].type->spelling, i);
  }
  fputs(type->n_params == 0 && first[0] == '\0' ? "void)" : ")", out);
}

/* "return CALLED(FIRST, a0, a1);" */
static void emit_return(const group *all, const char *called, const char *first, FILE *out) {
  bool returns = all->type->target->kind != FFH_C_VOID;
  fprintf(out, "%s%s(%s%s", returns ? "return " : "", called, first,
          first[0] != '\0' && all->type->n_params != 0 ? ", " : "");
  ffh_emit_names(all->type->n_params, out);
  fputs(returns ? ");" : "); return;", out);
}

/* Where the contract speaks of the callback, it must return: as in ffh_emit_callbacks. */
static void emit_strict(const group *all, FILE *out) {
  char first[64];
  snprintf(first, sizeof first, "ffh_type_%s *function", all->id);
  bool returns = all->type->target->kind != FFH_C_VOID;
  fputs("__attribute__((noinline)) ", out);
  emit_head(all, "ffh_strict", "", first, out);
  fputs(" {\n  FFH_CROSS_FRAME();\n  ", out);
  if (returns) {
    fprintf(out, "__typeof__(%s) value = ", all->type->target->spelling);
  }
  fputs("function(", out);
  ffh_emit_names(all->type->n_params, out);
  fputs(returns ? ");\n  FFH_CROSS_DONE();\n  return value;\n}\n" : ");\n  FFH_CROSS_DONE();\n}\n",
        out);
}

static void emit_cross(const group *all, bool strict, FILE *out) {
  unsigned cookie = all->callback == NULL ? all->type->n_params : ffh_emit_cookie(all->callback);
  fputs("__attribute__((noinline)) ", out);
  emit_head(all, "ffh_cross", "", "unsigned index", out);
  fprintf(out,
          " {\n  FFH_BACK_CROSSING crossing;\n  ffh_type_%s *function =\n"
          "      (ffh_type_%s *)ffh_back_enter(&crossing, &backs_%s, index, ",
          all->id, all->id, all->id);
  if (cookie < all->type->n_params) {
    fprintf(out, "(const void *)a%u);\n", cookie);
  } else {
    fputs("NULL);\n", out);
  }
  if (strict) {
    char called[48];
    snprintf(called, sizeof called, "ffh_strict_%s", all->id);
    fputs("  if (crossing.edge->kind == FFH_EDGE_CALLBACK) {\n    ", out);
    emit_return(all, called, "function", out);
    fputs("\n  }\n", out);
  }
  fputs("  ", out);
  emit_return(all, "function", "", out);
  fputs("\n}\n", out);
}

static void emit_group(const group *all, bool proxy, FILE *out) {
  const char *id = all->id;
  char called[48];
  bool strict = all->callback != NULL && !proxy;
  fprintf(out, "\n/* Callbacks of type %s. */\nstatic ffh_backs backs_%s;\ntypedef ",
          all->type->key, id);
  fprintf(out, "__typeof__(%s) ffh_type_%s(", all->type->target->spelling, id);
  for (unsigned i = 0; i < all->type->n_params; i++) {
    fprintf(out, "%s__typeof__(%s)", i == 0 ? "" : ", ", all->type->params[i].type->spelling);
  }
  fputs(all->type->n_params == 0 ? "void);\n" : ");\n", out);
  if (strict) {
    emit_strict(all, out);
  }
  emit_cross(all, strict, out);
  fprintf(out, "#define BACK_%s(n) \\\n  ", id);
  emit_head(all, "ffh_back", "_##n", "", out);
  snprintf(called, sizeof called, "ffh_cross_%s", id);
  fputs(" { ", out);
  emit_return(all, called, "n", out);
  fprintf(out,
          " }\nFFH_BACKS_EACH(BACK_%s)\n"
          "#define BACK_OF_%s(n) (void (*)(void))ffh_back_%s_##n,\n"
          "static void (*const trampolines_%s[FFH_BACKS])(void) = {FFH_BACKS_EACH(BACK_OF_%s)};\n"
          "static ffh_backs backs_%s = {\n"
          "    .edge = {.name = \"a callback\", .to = FFH_SIDE_LIBRARY, .kind = FFH_EDGE_BACK,\n"
          "             .function = FFH_NONE, .slot = FFH_NONE},\n"
          "    .trampolines = trampolines_%s};\n",
          id, id, id, id, id, id, id);
}

void ffh_emit_backs(const ffh_model *model, bool proxy, FILE *out) {
  for (unsigned f = 0; f < model->n_functions; f++) {
    const ffh_gen_function *function = &model->functions[f];
    for (unsigned i = 0; i < function->proto->type->n_params; i++) {
      if (!ffh_emit_has_back(function, i)) {
        continue;
      }
      group all = group_of(model, type_of(function, i));
      char id[24];
      snprintf(id, sizeof id, "%u_%u", f, i);
      if (strcmp(id, all.id) == 0) {
        emit_group(&all, proxy, out);
      }
      uint16_t slot = slot_of(function, i);
      if (slot != FFH_NONE) {
        fprintf(out,
                "\nstatic const ffh_back_param back_param_%s = {\n"
                "    .edge = {.name = \"%s.%s\", .to = FFH_SIDE_LIBRARY,\n"
                "             .kind = FFH_EDGE_CALLBACK, .function = %u, .slot = %u},\n"
                "    .function = &functions[%u]};\n",
                id, function->out.name, function->slots[slot].out.name, f, slot, f);
      }
    }
  }
}
