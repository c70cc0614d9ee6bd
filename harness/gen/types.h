/* libclang types and cursors -> the types of source.h. */
#ifndef FFH_GEN_TYPES_H
#define FFH_GEN_TYPES_H

#include <clang-c/Index.h>

#include "gen/source.h"

const ffh_ctype *ffh_types_read(ffh_source *source, CXType type);
const ffh_enum *ffh_types_enum(ffh_source *source, CXCursor declaration);
/* A copy of the string, which is disposed of. */
const char *ffh_types_text(ffh_source *source, CXString string);
/* Where the declaration is written; for one made by a macro, where the macro is used. */
ffh_place ffh_types_place(ffh_source *source, CXCursor cursor);
/* Collects the ffh annotations among the children of `cursor`. Returns whether there were any. */
bool ffh_types_notes(ffh_source *source, CXCursor cursor, ffh_place place, unsigned where,
                     ffh_notes *notes);
/* Collects the parameters written inside a function-pointer declarator. */
void ffh_types_inner(ffh_source *source, CXCursor cursor, ffh_decl *decl);

#endif
