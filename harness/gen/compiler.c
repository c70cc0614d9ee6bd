#include "gen/compiler.h"

#include <string.h>

#include "gen/types.h"

static ffh_place place_of(ffh_source *source, CXSourceLocation location, CXFile *file) {
  unsigned line, column;
  clang_getExpansionLocation(location, file, &line, &column, NULL);
  const char *name =
      *file == NULL ? source->file : ffh_types_text(source, clang_getFileName(*file));
  return (ffh_place){name, line, column};
}

/* ---- misspelt words ---- */

typedef struct macro_search {
  const char *name;
  bool found;
} macro_search;

static enum CXChildVisitResult visit_macro(CXCursor cursor, CXCursor parent, CXClientData data) {
  (void)parent;
  macro_search *search = data;
  if (clang_getCursorKind(cursor) != CXCursor_MacroDefinition) {
    return CXChildVisit_Continue;
  }
  CXString spelling = clang_getCursorSpelling(cursor);
  search->found = strcmp(clang_getCString(spelling), search->name) == 0;
  clang_disposeString(spelling);
  return search->found ? CXChildVisit_Break : CXChildVisit_Continue;
}

static bool is_policy(const char *name) {
  return strcmp(name, "FFH_SHARED") == 0 || strcmp(name, "FFH_SERIAL") == 0 ||
         strcmp(name, "FFH_CONFINED") == 0 || strcmp(name, "FFH_THREAD") == 0;
}

static bool is_misspelt(const ffh_source *source, const char *name) {
  for (unsigned i = 0; i < source->n_misspelt; i++) {
    if (strcmp(source->misspelt[i], name) == 0) {
      return true;
    }
  }
  return false;
}

/* The contract is read again with a word of that name, which says nothing. */
static void define_word(ffh_source *source, const char *name, bool called) {
  const char **flags = NULL;
  unsigned n = 0;
  for (unsigned i = 0; i < source->n_flags; i++) {
    *FFH_MEM_PUSH(source->mem, flags, n) = source->flags[i];
  }
  *FFH_MEM_PUSH(source->mem, flags, n) =
      ffh_mem_format(source->mem, called ? "-D%s(...)=" : "-D%s=", name);
  source->flags = flags;
  source->n_flags = n;
  *FFH_MEM_PUSH(source->mem, source->misspelt, source->n_misspelt) = name;
}

static void report_unknown(ffh_source *source, ffh_place place, const char *name) {
  unsigned best = 0;
  for (unsigned i = 1; i < FFH_W_COUNT; i++) {
    if (ffh_words_distance(name, ffh_words_macro((ffh_word_id)i)) <
        ffh_words_distance(name, ffh_words_macro((ffh_word_id)best))) {
      best = i;
    }
  }
  ffh_diag_add(source->diags, place, FFH_DIAG_UNKNOWN_WORD, "unknown word %.100s; did you mean %s?",
               name, ffh_words_macro((ffh_word_id)best));
}

/* Reports the identifier `name` when it is no word; `called`: a bracket follows. */
static bool report_word(ffh_source *source, CXTranslationUnit unit, ffh_place place,
                        const char *name, bool called) {
  for (unsigned i = 0; i < FFH_W_COUNT; i++) {
    const char *macro = ffh_words_macro((ffh_word_id)i);
    if (strcmp(macro, name) == 0) {
      bool wrong = !called && ffh_words_has_args((ffh_word_id)i);
      if (wrong) {
        ffh_diag_add(source->diags, place, FFH_DIAG_WORD_ARGS, "%s needs its arguments: %s(...)",
                     macro, macro);
      }
      return wrong;
    }
  }
  if (is_misspelt(source, name)) {
    return true;
  }
  macro_search search = {name, false};
  clang_visitChildren(clang_getTranslationUnitCursor(unit), visit_macro, &search);
  if (search.found || is_policy(name)) {
    return false;
  }
  report_unknown(source, place, name);
  define_word(source, name, called);
  return true;
}

/* A word without its arguments is no macro: the contract is read again with blanks in its place. */
static void blank_word(ffh_source *source, CXTranslationUnit unit, CXFile file, CXToken token) {
  size_t size = 0;
  const char *contents = clang_getFileContents(unit, file, &size);
  unsigned at = 0;
  clang_getExpansionLocation(clang_getTokenLocation(unit, token), NULL, NULL, NULL, &at);
  size_t length = strlen(ffh_types_text(source, clang_getTokenSpelling(unit, token)));
  if (strcmp(ffh_types_text(source, clang_getFileName(file)), source->file) != 0 ||
      contents == NULL || at + length > size || contents[at] == ' ') {
    return;
  }
  /* What was blanked on this reading already is not in what the compiler has read. */
  char *blanked =
      ffh_mem_text(source->mem, source->contents != NULL ? source->contents : contents, size);
  memset(blanked + at, ' ', length);
  source->contents = blanked;
}

/* Reports the misspelt words of the line. Returns whether there were any. */
static bool report_line(ffh_source *source, CXTranslationUnit unit, CXFile file, unsigned line) {
  size_t size = 0;
  const char *contents = file == NULL ? NULL : clang_getFileContents(unit, file, &size);
  unsigned from = 0;
  clang_getExpansionLocation(clang_getLocation(unit, file, line, 1), NULL, NULL, NULL, &from);
  if (contents == NULL || from >= size) {
    return false;
  }
  const char *end = memchr(contents + from, '\n', size - from);
  unsigned to = end == NULL ? (unsigned)size : (unsigned)(end - contents);
  CXToken *tokens = NULL;
  unsigned n = 0;
  clang_tokenize(unit,
                 clang_getRange(clang_getLocationForOffset(unit, file, from),
                                clang_getLocationForOffset(unit, file, to)),
                 &tokens, &n);
  bool any = false;
  for (unsigned i = 0; i < n; i++) {
    const char *name = ffh_types_text(source, clang_getTokenSpelling(unit, tokens[i]));
    CXFile at;
    ffh_place place = place_of(source, clang_getTokenLocation(unit, tokens[i]), &at);
    bool word = clang_getTokenKind(tokens[i]) == CXToken_Identifier && place.line == line &&
                strncmp(name, "FFH_", 4) == 0;
    bool called =
        i + 1 < n &&
        strcmp(ffh_types_text(source, clang_getTokenSpelling(unit, tokens[i + 1])), "(") == 0;
    if (word && report_word(source, unit, place, name, called)) {
      any = true;
      if (!is_misspelt(source, name)) {
        blank_word(source, unit, file, tokens[i]);
      }
    }
  }
  clang_disposeTokens(unit, tokens, n);
  return any;
}

/* ---- all errors ---- */

/* A header that no include directory has: which ones there are. */
static void report_header(ffh_source *source, ffh_place place, const char *name, int length) {
  const char *list = "the directory of the file itself";
  for (unsigned i = 0; i < source->n_flags; i++) {
    const char *flag = source->flags[i];
    if (strncmp(flag, "-I", 2) == 0 && flag[2] != '\0') {
      list = ffh_mem_format(source->mem, "%s, %s", list, ffh_diag_path(source->project, flag + 2));
    }
  }
  ffh_diag_add(source->diags, place, FFH_DIAG_HEADER, "'%.*s' file not found in: %s", length, name,
               list);
}

/* The compiler's first note with a place, "previous declaration is here", belongs to its error. */
static void report_error(ffh_source *source, CXDiagnostic diagnostic, ffh_place place) {
  const char *message = ffh_types_text(source, clang_getDiagnosticSpelling(diagnostic));
  CXDiagnosticSet notes = clang_getChildDiagnostics(diagnostic);
  for (unsigned i = 0; i < clang_getNumDiagnosticsInSet(notes); i++) {
    CXDiagnostic note = clang_getDiagnosticInSet(notes, i);
    const char *text = ffh_types_text(source, clang_getDiagnosticSpelling(note));
    CXFile file;
    ffh_place other = place_of(source, clang_getDiagnosticLocation(note), &file);
    clang_disposeDiagnostic(note);
    const char *end = strstr(text, " is here");
    if (file != NULL && other.line != 0 && end != NULL) {
      ffh_diag_add_two(source->diags, place, other, FFH_DIAG_COMPILER, "%.300s; the %.*s is at",
                       message, (int)(end - text), text);
      return;
    }
  }
  const char *missing = strstr(message, "' file not found");
  if (missing != NULL && message[0] == '\'') {
    report_header(source, place, message + 1, (int)(missing - message - 1));
    return;
  }
  ffh_diag_add(source->diags, place, FFH_DIAG_COMPILER, "%s", message);
}

static enum CXChildVisitResult visit_use(CXCursor cursor, CXCursor parent, CXClientData data) {
  (void)parent;
  ffh_source *source = data;
  if (clang_getCursorKind(cursor) == CXCursor_MacroExpansion) {
    const char *name = ffh_types_text(source, clang_getCursorSpelling(cursor));
    CXFile file;
    ffh_place place = place_of(source, clang_getCursorLocation(cursor), &file);
    if (is_misspelt(source, name)) {
      report_unknown(source, place, name);
    }
  }
  return CXChildVisit_Continue;
}

static bool is_error(CXDiagnostic diagnostic) {
  return clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error;
}

bool ffh_compiler_words(ffh_source *source, CXTranslationUnit unit) {
  unsigned known = source->n_misspelt;
  const char *contents = source->contents;
  for (unsigned i = 0; i < clang_getNumDiagnostics(unit); i++) {
    CXDiagnostic diagnostic = clang_getDiagnostic(unit, i);
    CXFile file;
    ffh_place place = place_of(source, clang_getDiagnosticLocation(diagnostic), &file);
    if (is_error(diagnostic)) {
      (void)report_line(source, unit, file, place.line);
    }
    clang_disposeDiagnostic(diagnostic);
  }
  if (known != 0) {
    clang_visitChildren(clang_getTranslationUnitCursor(unit), visit_use, source);
  }
  return source->n_misspelt != known || source->contents != contents;
}

void ffh_compiler_report(ffh_source *source, CXTranslationUnit unit) {
  for (unsigned i = 0; i < clang_getNumDiagnostics(unit); i++) {
    CXDiagnostic diagnostic = clang_getDiagnostic(unit, i);
    CXFile file;
    ffh_place place = place_of(source, clang_getDiagnosticLocation(diagnostic), &file);
    if (is_error(diagnostic) && !report_line(source, unit, file, place.line)) {
      report_error(source, diagnostic, place);
    }
    clang_disposeDiagnostic(diagnostic);
  }
}
