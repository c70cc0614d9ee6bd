#include "gen/parse.h"

#include <string.h>

void ffh_parse_begin(const ffh_source *source, const char *file, const char *contents,
                     ffh_parse *parse) {
  static const char *const own[] = {"clang", "-x", "c", "-std=gnu11", "-ferror-limit=0"};
  const unsigned n_own = sizeof own / sizeof own[0];
  const char **args = NULL;
  unsigned n = 0;
  for (unsigned i = 0; i < n_own; i++) {
    *FFH_MEM_PUSH(source->mem, args, n) = own[i];
  }
  for (unsigned i = 0; i < source->n_flags; i++) {
    *FFH_MEM_PUSH(source->mem, args, n) = source->flags[i];
  }
  struct CXUnsavedFile files[2];
  unsigned n_files = 0;
  if (contents != NULL) {
    files[n_files++] = (struct CXUnsavedFile){file, contents, strlen(contents)};
  }
  if (source->contents != NULL && strcmp(file, source->file) != 0) {
    files[n_files++] =
        (struct CXUnsavedFile){source->file, source->contents, strlen(source->contents)};
  }
  parse->index = clang_createIndex(0, 0);
  parse->unit = NULL;
  /* The record tells which names are macros. */
  const unsigned options =
      CXTranslationUnit_SkipFunctionBodies | CXTranslationUnit_DetailedPreprocessingRecord;
  if (clang_parseTranslationUnit2FullArgv(parse->index, file, args, (int)n, files, n_files, options,
                                          &parse->unit) != CXError_Success) {
    parse->unit = NULL;
  }
}

void ffh_parse_end(ffh_parse *parse) {
  if (parse->unit != NULL) {
    clang_disposeTranslationUnit(parse->unit);
  }
  clang_disposeIndex(parse->index);
}
