/* Writing the model out: as C tables and thunks, as JSON, and as the ownership table. All output is
 * a function of the model alone: no dates, no absolute paths. */
#ifndef FFH_GEN_EMIT_H
#define FFH_GEN_EMIT_H

#include <stdio.h>

#include "gen/model.h"

/* The generated C file. */
void ffh_emit_c(const ffh_model *model, FILE *out);
void ffh_emit_callbacks(const ffh_model *model, FILE *out);
void ffh_emit_thunks(const ffh_model *model, FILE *out);
void ffh_emit_tables(const ffh_model *model, FILE *out);
void ffh_emit_wraps(const ffh_model *model, FILE *out);
/* What the linker is told, so that the library's functions are reached through those wrappers: one
 * option on each line. */
void ffh_emit_wrap_options(const ffh_model *model, FILE *out);
/* The wrappers of inner functions (FFH_LEGACY) and the linker's options for them. */
void ffh_emit_inner(const ffh_model *model, FILE *out);
void ffh_emit_inner_options(const ffh_model *model, FILE *out);
/* The same as functions that a proxy library exports; the real ones are pointers. */
void ffh_emit_inner_proxies(const ffh_model *model, FILE *out);
/* Trampolines for the callbacks that inner functions take; whether a parameter has some, and which
 * of them is passed on. */
void ffh_emit_backs(const ffh_model *model, bool proxy, FILE *out);
bool ffh_emit_has_back(const ffh_gen_function *function, unsigned param);
void ffh_emit_back_argument(const ffh_model *model, unsigned f, unsigned param, FILE *out);
/* The callback's parameter that the user data comes back in; n_params when there is none. */
unsigned ffh_emit_cookie(const ffh_gen_callback *callback);
/* The linker's names of an inner function. */
unsigned ffh_emit_n_symbols(const ffh_gen_function *function);
const char *ffh_emit_symbol(const ffh_gen_function *function, unsigned index);
/* A proxy in front of the shared library `real`, which exports the functions `exported`, one on a
 * line. */
void ffh_emit_proxy(const ffh_model *model, const char *real, const char *exported, FILE *out);
/* model.json: what scripts need to know, in the order of the tables. */
void ffh_emit_json(const ffh_model *model, FILE *out);
/* The ownership table. */
void ffh_emit_table(const ffh_model *model, bool json, FILE *out);

/* Whether the linker puts a wrapper before the function. */
bool ffh_emit_is_wrapped(const ffh_gen_function *function);
/* The declaration of the function behind the wrapper. */
void ffh_emit_real(const ffh_gen_function *function, FILE *out);
/* Parameters a0, a1, ... with their types, "void" for none; and their names alone. */
void ffh_emit_params(const ffh_decl *params, unsigned n, FILE *out);
void ffh_emit_names(unsigned n, FILE *out);

/* A C string literal, or NULL; bytes that are not plain text as three-digit octal escapes. */
void ffh_emit_literal(FILE *out, const char *bytes, size_t size);
/* A JSON string, or null. */
void ffh_emit_json_text(FILE *out, const char *text);

/* The enumerators' names without their FFH_..._ prefix, in lower case. Static storage. */
const char *ffh_name_kind(unsigned kind);
const char *ffh_name_direction(unsigned direction);
const char *ffh_name_threading(unsigned threading);
const char *ffh_name_error(unsigned error);

#endif
