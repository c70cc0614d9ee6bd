/* Diagnostics of ffh-gen: collected while a contract is read, printed in source order. */
#ifndef FFH_GEN_DIAG_H
#define FFH_GEN_DIAG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "gen/mem.h"

typedef struct ffh_place {
  const char *file; /* as the compiler names it */
  uint32_t line, column;
} ffh_place;

typedef enum ffh_diag_id {
#define FFH_DIAG(name, id, severity, meaning, hint) FFH_DIAG_##name,
#include "gen/diags.def"
#undef FFH_DIAG
  FFH_DIAG_COUNT
} ffh_diag_id;

typedef struct ffh_diag {
  ffh_place place;
  ffh_diag_id id;
  const char *message;
  ffh_place other; /* a second place that the message ends with; line 0 without one */
} ffh_diag;

typedef struct ffh_diags {
  ffh_mem *mem;
  ffh_diag *items;
  unsigned n, n_errors;
} ffh_diags;

/* Adds one diagnostic; the same one at the same place is kept once. */
__attribute__((format(printf, 4, 5))) void ffh_diag_add(ffh_diags *diags, ffh_place place,
                                                        ffh_diag_id id, const char *format, ...);
/* The same with a message that goes on with a second place: "...; declared before at FILE:LINE". */
__attribute__((format(printf, 5, 6))) void ffh_diag_add_two(ffh_diags *diags, ffh_place place,
                                                            ffh_place other, ffh_diag_id id,
                                                            const char *format, ...);
/* Prints all of them; files inside `project` (may be NULL) by their path in it. */
void ffh_diag_print(ffh_diags *diags, const char *project, FILE *out);
/* `path` as it is printed and emitted: relative to `project` when it lies inside. */
const char *ffh_diag_path(const char *project, const char *path);

#endif
