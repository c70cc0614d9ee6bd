/* The model of a contract: the tables of ffh/target.h with, beside each entry, the declaration it
 * was made from. Built once, then only read: by the emitters, the ownership table and the check. */
#ifndef FFH_GEN_MODEL_H
#define FFH_GEN_MODEL_H

#include "ffh/target.h"
#include "gen/source.h"

typedef struct ffh_gen_callback {
  ffh_callback out; /* its pointers stay NULL */
  const char **impls;
  uint16_t *reenters;
  bool is_default;        /* ffh-gen writes the implementation */
  const ffh_ctype *type;  /* the function type */
  const ffh_decl *params; /* named and with their words, where the contract has them */
  unsigned n_params;
} ffh_gen_callback;

typedef struct ffh_gen_slot {
  ffh_slot out; /* name and numbers; its pointers to arrays are NULL, see below */
  const ffh_ctype *type;
  const ffh_notes *notes;
  ffh_place place;
  uint16_t *until_fns;
  int64_t *enumerators;
  const char **enumerator_names;
  ffh_dict_entry *dict;
  ffh_gen_callback *callback;
  bool needs_direction; /* a pointer to one scalar that no word has explained yet */
} ffh_gen_slot;

typedef struct ffh_gen_function {
  ffh_function out; /* its pointers to arrays are NULL, see below */
  const ffh_proto *proto;
  ffh_gen_slot *slots;
  int64_t *failures;
  ffh_rejection *rejections;
} ffh_gen_function;

typedef struct ffh_gen_type {
  ffh_handle_type out;
  const char *key; /* of the record; NULL for memory */
  const char *free_function;
  ffh_place place;
} ffh_gen_type;

typedef struct ffh_model {
  const ffh_source *source;
  const char *name, *contract; /* the contract relative to the project */
  ffh_gen_type *types;
  ffh_gen_function *functions;
  const char **roles, **states;
  unsigned n_types, n_functions, n_roles, n_states;
} ffh_model;

/* Makes the model of what was read. Problems become diagnostics; with errors among them the model
 * is only good for reporting more. */
void ffh_model_build(const ffh_source *source, const char *name, const char *contract,
                     ffh_model *model);
/* Contradictions that only the whole model shows. */
void ffh_model_validate(const ffh_model *model);

/* FFH_NONE when there is none. */
uint16_t ffh_model_function(const ffh_model *model, const char *name);
uint16_t ffh_model_type(const ffh_model *model, const char *key);
uint16_t ffh_model_memory(const ffh_model *model, const char *free_function);
/* Whether the harness may call it at all. */
bool ffh_model_is_called(const ffh_gen_function *function);
/* Whether it is called only beside the function whose shadow it is. */
bool ffh_model_is_shadow(const ffh_gen_function *function);
/* Whether calls of it from elsewhere are seen: an inner function (FFH_LEGACY). */
bool ffh_model_is_inner(const ffh_gen_function *function);
/* Whether the slot delivers a new handle, or memory to be freed. */
bool ffh_model_creates(const ffh_gen_slot *slot);

#endif
