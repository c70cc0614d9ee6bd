/* One contract from its text to its model. */
#ifndef FFH_GEN_GEN_H
#define FFH_GEN_GEN_H

#include "gen/model.h"

typedef struct ffh_gen {
  ffh_mem mem;
  ffh_diags diags;
  ffh_source source;
  ffh_model model;
} ffh_gen;

/* Reads and validates the contract. `contents` may be NULL: the file is read. `proxy`: nothing is
 * called, everything watched. True when there is no
 * error; the model is then good. To be given back with ffh_gen_end in any case. */
bool ffh_gen_begin(ffh_gen *gen, const char *file, const char *contents, const char *name,
                   const char *project, bool proxy, const char *const *flags, unsigned n_flags);
void ffh_gen_end(ffh_gen *gen);

#endif
