/* What the compiler says about a contract, as diagnostics. */
#ifndef FFH_GEN_COMPILER_H
#define FFH_GEN_COMPILER_H

#include <clang-c/Index.h>

#include "gen/source.h"

/* Reports the errors of `unit`. Errors on a line with a misspelt word give way to one about it. */
void ffh_compiler_report(ffh_source *source, CXTranslationUnit unit);

#endif
