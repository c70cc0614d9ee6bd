/* Compares a contract with the symbols of the built library. */
#ifndef FFH_GEN_CHECK_H
#define FFH_GEN_CHECK_H

#include "gen/model.h"

/* `symbols`: the exported C symbols, one per line. What differs becomes diagnostics. */
void ffh_check_symbols(const ffh_model *model, const char *symbols);

#endif
