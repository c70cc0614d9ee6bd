/* Constant expressions in words reach ffh-gen as text. Literals are read here; the rest is put to
 * the compiler behind the contract itself, so that its macros and enumerators mean what they mean
 * there. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gen/parse.h"
#include "gen/source.h"
#include "gen/types.h"

#define PREFIX "ffh_gen_value_"

static bool literal_value(const char *text, int64_t *value) {
  bool negative = *text == '-';
  const char *digits = text + (*text == '-' || *text == '+');
  if (!isdigit((unsigned char)*digits)) {
    return false;
  }
  char *end;
  errno = 0;
  unsigned long long number = strtoull(digits, &end, 0);
  while (*end == 'u' || *end == 'U' || *end == 'l' || *end == 'L') {
    end++;
  }
  if (*end != '\0' || errno != 0 || (negative && number > (UINT64_C(1) << 63))) {
    return false;
  }
  *value = (int64_t)(negative ? 0 - number : number);
  return true;
}

static ffh_const *find(const ffh_source *source, const char *text) {
  for (unsigned i = 0; i < source->n_constants; i++) {
    if (strcmp(source->constants[i].text, text) == 0) {
      return &source->constants[i];
    }
  }
  return NULL;
}

bool ffh_consts_value(const ffh_source *source, const char *text, int64_t *value) {
  if (literal_value(text, value)) {
    return true;
  }
  const ffh_const *known = find(source, text);
  if (known == NULL || !known->known) {
    return false;
  }
  *value = known->value;
  return true;
}

/* Text that could end the expression it is put into is not worth a compiler's message. */
static bool is_expression(const char *text) {
  for (const char *at = text; *at != '\0'; at++) {
    if (!isalnum((unsigned char)*at) && strchr("_ +-*/%<>()&|^~!?:='", *at) == NULL) {
      return false;
    }
  }
  return *text != '\0' && strlen(text) < 1000;
}

static void need(ffh_source *source, ffh_place place, const char *text) {
  int64_t ignored;
  if (literal_value(text, &ignored) || find(source, text) != NULL) {
    return;
  }
  if (!is_expression(text)) {
    ffh_diag_add(source->diags, place, FFH_DIAG_BAD_CONSTANT, "'%.100s' is not a constant", text);
    return;
  }
  *FFH_MEM_PUSH(source->mem, source->constants, source->n_constants) =
      (ffh_const){.text = text, .place = place};
}

static void need_note(ffh_source *source, const ffh_note *note) {
  switch (note->word) {
    case FFH_W_RANGE:
    case FFH_W_MAX:
    case FFH_W_VERSION:
    case FFH_W_STATUS:
      for (unsigned i = 0; i < note->n_args; i++) {
        need(source, note->place, note->args[i]);
      }
      break;
    case FFH_W_DICT:
      for (unsigned i = 0; i < note->n_args; i++) {
        if (note->args[i][0] != '"') {
          need(source, note->place, note->args[i]);
        }
      }
      break;
    case FFH_W_REJECTS:
      for (unsigned i = 0; i < note->n_args; i++) {
        const char *colon = strchr(note->args[i], ':');
        if (colon != NULL) {
          need(source, note->place, colon + 1 + strspn(colon + 1, " \t\n"));
        }
      }
      break;
    default:
      break;
  }
}

static void need_notes(ffh_source *source, const ffh_notes *notes) {
  for (unsigned i = 0; i < notes->n; i++) {
    need_note(source, &notes->items[i]);
  }
}

static void need_all(ffh_source *source) {
  for (unsigned i = 0; i < source->n_protos; i++) {
    const ffh_proto *proto = source->protos[i];
    need_notes(source, &proto->notes);
    for (unsigned p = 0; p < proto->n_params; p++) {
      need_notes(source, &proto->params[p].notes);
    }
  }
  for (unsigned i = 0; i < source->n_records; i++) {
    for (unsigned f = 0; f < source->records[i]->n_fields; f++) {
      need_notes(source, &source->records[i]->fields[f].notes);
    }
  }
}

static enum CXChildVisitResult visit_value(CXCursor cursor, CXCursor parent, CXClientData data) {
  (void)parent;
  ffh_source *source = data;
  if (clang_getCursorKind(cursor) == CXCursor_EnumDecl) {
    return CXChildVisit_Recurse;
  }
  if (clang_getCursorKind(cursor) == CXCursor_EnumConstantDecl) {
    const char *name = ffh_types_text(source, clang_getCursorSpelling(cursor));
    if (strncmp(name, PREFIX, strlen(PREFIX)) == 0) {
      unsigned long index = strtoul(name + strlen(PREFIX), NULL, 10);
      if (index < source->n_constants) {
        source->constants[index].value = clang_getEnumConstantDeclValue(cursor);
        source->constants[index].known = true;
      }
    }
  }
  return CXChildVisit_Continue;
}

/* Line `index + 2` of the evaluated text holds constant `index`. */
static void report_refused(ffh_source *source, CXTranslationUnit unit, const char *name) {
  for (unsigned i = 0; i < clang_getNumDiagnostics(unit); i++) {
    CXDiagnostic diagnostic = clang_getDiagnostic(unit, i);
    CXFile file;
    unsigned line;
    clang_getExpansionLocation(clang_getDiagnosticLocation(diagnostic), &file, &line, NULL, NULL);
    bool own = file != NULL && strcmp(ffh_types_text(source, clang_getFileName(file)), name) == 0;
    if (own && clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error && line >= 2 &&
        line - 2 < source->n_constants) {
      source->constants[line - 2].known = false;
    }
    clang_disposeDiagnostic(diagnostic);
  }
}

void ffh_consts_read(ffh_source *source) {
  need_all(source);
  if (source->n_constants == 0) {
    return;
  }
  ffh_mem *mem = source->mem;
  const char *base = strrchr(source->file, '/');
  const char *name = ffh_mem_format(mem, "%s.ffh_gen_values.h", source->file);
  size_t size = strlen(source->file) + 64;
  for (unsigned i = 0; i < source->n_constants; i++) {
    size += strlen(source->constants[i].text) + 64;
  }
  char *text = ffh_mem_new(mem, size);
  size_t at =
      (size_t)snprintf(text, size, "#include \"%s\"\n", base == NULL ? source->file : base + 1);
  for (unsigned i = 0; i < source->n_constants; i++) {
    at += (size_t)snprintf(text + at, size - at, "enum { " PREFIX "%u = (%s) };\n", i,
                           source->constants[i].text);
  }
  ffh_parse parse;
  ffh_parse_begin(source, name, text, &parse);
  if (parse.unit != NULL) {
    clang_visitChildren(clang_getTranslationUnitCursor(parse.unit), visit_value, source);
    report_refused(source, parse.unit, name);
  }
  ffh_parse_end(&parse);
  for (unsigned i = 0; i < source->n_constants; i++) {
    if (!source->constants[i].known) {
      ffh_diag_add(source->diags, source->constants[i].place, FFH_DIAG_BAD_CONSTANT,
                   "'%.100s' is not a constant", source->constants[i].text);
    }
  }
}
