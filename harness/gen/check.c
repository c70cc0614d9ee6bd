#include "gen/check.h"

#include <string.h>

static bool has_line(const char *text, const char *line) {
  size_t size = strlen(line);
  for (const char *at = text; at != NULL; at = strchr(at, '\n')) {
    at += *at == '\n';
    if (strncmp(at, line, size) == 0 &&
        (at[size] == '\n' || at[size] == '\0' || at[size] == '\r')) {
      return true;
    }
  }
  return false;
}

static void check_symbol(const ffh_model *model, const char *symbol) {
  if (symbol[0] == '\0' || ffh_model_function(model, symbol) != FFH_NONE) {
    return;
  }
  const ffh_proto *proto = ffh_source_proto(model->source, symbol);
  ffh_place place = proto == NULL ? (ffh_place){model->source->file, 1, 1} : proto->place;
  ffh_diag_add(model->source->diags, place, FFH_DIAG_SYMBOL_NO_ROW,
               "the library exports '%.200s', and the contract does not declare it", symbol);
}

void ffh_check_symbols(const ffh_model *model, const char *symbols) {
  for (const char *at = symbols; *at != '\0';) {
    size_t size = strcspn(at, "\n");
    size_t trimmed = size;
    while (trimmed > 0 && strchr(" \t\r", at[trimmed - 1]) != NULL) {
      trimmed--;
    }
    check_symbol(model, ffh_mem_text(model->source->mem, at, trimmed));
    at += size + (at[size] == '\n');
  }
  for (unsigned i = 0; i < model->n_functions; i++) {
    const ffh_gen_function *function = &model->functions[i];
    /* libc's free may be in any contract; what is excluded may be hidden. */
    bool own = strcmp(function->out.name, "free") == 0 ||
               (function->out.flags &
                (FFH_FN_DISTURBS | FFH_FN_LEGACY | FFH_FN_SHADOW | FFH_FN_EXCLUDED)) != 0;
    if (!own && !has_line(symbols, function->out.name)) {
      ffh_diag_add(model->source->diags, function->proto->place, FFH_DIAG_ROW_NO_SYMBOL,
                   "'%s' is in the contract, and the library does not export it",
                   function->out.name);
    }
  }
}
