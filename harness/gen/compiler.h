/* What the compiler says about a contract, as diagnostics. */
#ifndef FFH_GEN_COMPILER_H
#define FFH_GEN_COMPILER_H

#include <clang-c/Index.h>

#include "gen/source.h"

/* Reports the misspelt words on lines with errors. Returns whether reading the contract once more,
 * as if they were words that say nothing, leaves fewer errors that only come from them. */
bool ffh_compiler_words(ffh_source *source, CXTranslationUnit unit);

/* Reports the errors of `unit`. Errors on a line with a misspelt word give way to one about it. */
void ffh_compiler_report(ffh_source *source, CXTranslationUnit unit);

#endif
