/* One run of the compiler's front end over a file. */
#ifndef FFH_GEN_PARSE_H
#define FFH_GEN_PARSE_H

#include <clang-c/Index.h>

#include "gen/source.h"

typedef struct ffh_parse {
  CXIndex index;
  CXTranslationUnit unit; /* NULL when nothing could be parsed */
} ffh_parse;

/* Parses `file` with the contract's flags, with the contents given for it (or from the disk, when
 * they are NULL). `parse` is to be given back with ffh_parse_end in any case. */
void ffh_parse_begin(const ffh_source *source, const char *file, const char *contents,
                     ffh_parse *parse);
void ffh_parse_end(ffh_parse *parse);

#endif
