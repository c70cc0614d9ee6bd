#include "gen/diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A contract with more problems than this is not read further than one person can fix at once. */
#define MAX_DIAGS 1000u

enum severity { ERROR, WARNING };

static const struct {
  const char *id;
  enum severity severity;
  const char *hint;
} table[FFH_DIAG_COUNT] = {
#define FFH_DIAG(name, id, severity, meaning, hint) {id, severity, hint},
#include "gen/diags.def"
#undef FFH_DIAG
};

static bool is_same(const ffh_diag *diag, ffh_place place, ffh_diag_id id, const char *message) {
  return diag->id == id && diag->place.line == place.line && diag->place.column == place.column &&
         strcmp(diag->place.file, place.file) == 0 && strcmp(diag->message, message) == 0;
}

__attribute__((format(printf, 5, 0))) static void add(ffh_diags *diags, ffh_place place,
                                                      ffh_place other, ffh_diag_id id,
                                                      const char *format, va_list args) {
  char message[4096];
  vsnprintf(message, sizeof message, format, args);
  if (place.file == NULL) {
    place.file = "";
  }
  diags->n_errors += table[id].severity == ERROR;
  if (diags->n >= MAX_DIAGS) {
    return;
  }
  for (unsigned i = 0; i < diags->n; i++) {
    if (is_same(&diags->items[i], place, id, message)) {
      return;
    }
  }
  const char *copy = ffh_mem_text(diags->mem, message, strlen(message));
  *FFH_MEM_PUSH(diags->mem, diags->items, diags->n) = (ffh_diag){place, id, copy, other};
}

void ffh_diag_add(ffh_diags *diags, ffh_place place, ffh_diag_id id, const char *format, ...) {
  va_list args;
  va_start(args, format);
  add(diags, place, (ffh_place){0}, id, format, args);
  va_end(args);
}

void ffh_diag_add_two(ffh_diags *diags, ffh_place place, ffh_place other, ffh_diag_id id,
                      const char *format, ...) {
  va_list args;
  va_start(args, format);
  add(diags, place, other, id, format, args);
  va_end(args);
}

const char *ffh_diag_path(const char *project, const char *path) {
  size_t size = project == NULL ? 0 : strlen(project);
  while (size > 1 && project[size - 1] == '/') {
    size--;
  }
  if (size != 0 && strncmp(path, project, size) == 0 && path[size] == '/') {
    return path + size + 1;
  }
  return path;
}

static int compare(const void *left, const void *right) {
  const ffh_diag *a = left, *b = right;
  int file = strcmp(a->place.file, b->place.file);
  if (file != 0) {
    return file;
  }
  if (a->place.line != b->place.line) {
    return a->place.line < b->place.line ? -1 : 1;
  }
  if (a->place.column != b->place.column) {
    return a->place.column < b->place.column ? -1 : 1;
  }
  return a->id != b->id ? (a->id < b->id ? -1 : 1) : strcmp(a->message, b->message);
}

void ffh_diag_print(ffh_diags *diags, const char *project, FILE *out) {
  if (diags->n != 0) {
    qsort(diags->items, diags->n, sizeof diags->items[0], compare);
  }
  for (unsigned i = 0; i < diags->n; i++) {
    const ffh_diag *diag = &diags->items[i];
    const char *severity = table[diag->id].severity == ERROR ? "error" : "warning";
    fprintf(out, "%s:%u:%u: %s: %s", ffh_diag_path(project, diag->place.file), diag->place.line,
            diag->place.column, severity, diag->message);
    if (diag->other.line != 0) {
      fprintf(out, " %s:%u", ffh_diag_path(project, diag->other.file), diag->other.line);
    }
    fprintf(out, " [%s]\n  hint: %s\n", table[diag->id].id, table[diag->id].hint);
  }
  if (diags->n >= MAX_DIAGS) {
    fprintf(out, "ffh-gen: further problems are not shown\n");
  }
}
