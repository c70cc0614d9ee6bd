/* What a contract says, as the compiler sees it: functions with their types and words, enums,
 * handle typedefs. Nothing here is judged yet; build.c makes the model of it. */
#ifndef FFH_GEN_SOURCE_H
#define FFH_GEN_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "gen/diag.h"
#include "gen/words.h"

typedef enum ffh_ctype_kind {
  FFH_C_VOID,
  FFH_C_INT,
  FFH_C_BOOL,
  FFH_C_FLOAT, /* float or double */
  FFH_C_ENUM,
  FFH_C_POINTER,
  FFH_C_STRUCT,
  FFH_C_UNION,
  FFH_C_FUNCTION,
  FFH_C_ARRAY,
  FFH_C_OTHER
} ffh_ctype_kind;

typedef struct ffh_ctype ffh_ctype;
typedef struct ffh_decl ffh_decl;

typedef struct ffh_enum {
  const char *tag, *key; /* "enum tag" or the typedef's name; the canonical spelling */
  const char **names;
  int64_t *values;
  unsigned n;
} ffh_enum;

typedef struct ffh_record {
  const char *key; /* the canonical spelling */
  ffh_decl *fields;
  unsigned n_fields;
} ffh_record;

struct ffh_ctype {
  ffh_ctype_kind kind;
  bool is_const, is_signed, is_char, is_variadic;
  uint64_t size, align;    /* 0 while incomplete */
  uint64_t count;          /* ARRAY */
  const char *spelling;    /* as written */
  const char *key;         /* canonical, without qualifiers */
  const ffh_ctype *target; /* POINTER: to what. ARRAY: its element. FUNCTION: its result */
  ffh_record *record;      /* STRUCT */
  const ffh_enum *enumeration;
  const ffh_decl *params; /* FUNCTION */
  unsigned n_params;
};

/* A parameter or a field. */
struct ffh_decl {
  const char *name; /* "" without one */
  ffh_place place;
  const ffh_ctype *type;
  ffh_notes notes;
  uint64_t offset; /* of a field, in bytes */
  bool is_bit_field;
  ffh_decl *inner; /* the parameters written inside a function-pointer declarator */
  unsigned n_inner;
};

typedef struct ffh_proto {
  const char *name, *signature;
  ffh_place place; /* of the annotated declaration */
  const ffh_ctype *type;
  ffh_decl *params;
  unsigned n_params;
  ffh_notes notes;
  unsigned order;   /* among all declarations */
  bool in_contract; /* declared in the contract file, or carries a word */
  bool has_words;
  bool is_static;
} ffh_proto;

typedef struct ffh_handle_decl {
  const char *name, *key; /* the typedef's name; the record's canonical spelling */
  ffh_place place;
  const ffh_ctype *type;
  ffh_notes notes;
} ffh_handle_decl;

/* The value of a constant expression that is no plain literal. */
typedef struct ffh_const {
  const char *text;
  ffh_place place;
  int64_t value;
  bool known;
} ffh_const;

typedef struct ffh_source {
  ffh_mem *mem;
  ffh_diags *diags;
  const char *file;     /* the contract, as given */
  const char *contents; /* NULL: read the file */
  bool proxy;           /* every function is an inner one: the library's callers are watched */
  const char *const *flags;
  unsigned n_flags;
  const char *project;   /* paths are told from here; or NULL */
  const char **misspelt; /* what looks like a word and is none */
  unsigned n_misspelt;
  ffh_proto **protos;
  ffh_enum **enums;
  ffh_record **records;
  ffh_handle_decl *handles;
  ffh_const *constants;
  unsigned n_protos, n_enums, n_records, n_handles, n_constants;
} ffh_source;

/* Reads `source->file` into the empty rest of *source. Problems become diagnostics. */
void ffh_read_contract(ffh_source *source);
/* Evaluates every constant expression in the words of the contract, all in one go. */
void ffh_consts_read(ffh_source *source);
/* The value of a constant expression; false when it has none, which was reported already. */
bool ffh_consts_value(const ffh_source *source, const char *text, int64_t *value);
const ffh_proto *ffh_source_proto(const ffh_source *source, const char *name);

#endif
