/* The parts of building a model, in the order in which ffh_model_build runs them. */
#ifndef FFH_GEN_BUILD_H
#define FFH_GEN_BUILD_H

#include "gen/model.h"

typedef struct ffh_build {
  const ffh_source *source;
  ffh_mem *mem;
  ffh_diags *diags;
  ffh_model *model;
  unsigned n_callbacks; /* that ffh-gen writes */
} ffh_build;

static inline const ffh_note *ffh_slot_note(const ffh_gen_slot *slot, ffh_word_id word) {
  return ffh_words_find(slot->notes, word);
}

/* slots.c: the flat slots of one function, without their relations. */
void ffh_build_slots(ffh_build *build, ffh_gen_function *function);
/* A slot of that type with every index FFH_NONE; its kind, direction and parameter are to be set.
 */
ffh_gen_slot ffh_build_blank_slot(const char *name, const ffh_ctype *type, const ffh_notes *notes,
                                  ffh_place place);
uint16_t ffh_build_add_slot(ffh_build *build, ffh_gen_function *function, const ffh_gen_slot *slot);
/* ffh_slot.elem_kind of memory with such elements. */
uint8_t ffh_build_elem_kind(const ffh_ctype *element);
/* values.c: ranges, enums, dictionaries, caps of one slot whose kind is known. */
void ffh_build_scalar(ffh_build *build, ffh_gen_slot *slot, const ffh_ctype *type);
void ffh_build_cap(ffh_build *build, ffh_gen_slot *slot);
void ffh_build_bytes_dict(ffh_build *build, ffh_gen_slot *slot);
/* result.c: the slot of the result. */
void ffh_build_result(ffh_build *build, ffh_gen_function *function);
ffh_gen_slot ffh_build_result_slot(const ffh_proto *proto, ffh_kind kind);
/* callbacks.c */
void ffh_build_callback(ffh_build *build, const ffh_gen_function *function, const ffh_decl *decl,
                        const ffh_ctype *type, ffh_gen_slot *slot);
void ffh_build_link_callback(ffh_build *build, ffh_gen_function *function, uint16_t index);
/* link.c: names in words become slots. */
void ffh_build_link(ffh_build *build, ffh_gen_function *function);
/* The slot that `name` means for a word on the slot `from` (FFH_NONE: on the function), or FFH_NONE
 * after a diagnostic. */
uint16_t ffh_build_find(ffh_build *build, const ffh_gen_function *function, uint16_t from,
                        const ffh_note *note, const char *name);
/* until.c: when borrowed, kept and returned memory ends. */
void ffh_build_until(ffh_build *build, ffh_gen_function *function, uint16_t index);
bool ffh_build_functions(ffh_build *build, const ffh_note *note, const char *list, uint16_t **items,
                         uint16_t *n);
/* observe.c: what the runtime cannot ask on its own. */
void ffh_model_validate_observer(const ffh_model *model, const ffh_gen_function *function);
/* freed.c: lengths for a free function that nobody states. */
void ffh_model_validate_freed(const ffh_model *model, const ffh_gen_function *function);
/* shadow.c: what a shadow cannot follow. */
void ffh_model_validate_shadows(const ffh_model *model);
/* inner.c: what the harness sees of a function that it never calls (FFH_LEGACY). */
void ffh_build_inner(ffh_build *build, ffh_gen_function *function);
/* slots.c: the slot of one parameter. */
void ffh_build_param(ffh_build *build, ffh_gen_function *function, unsigned index);
/* conduct.c: threading, errors, rejections of a function. */
void ffh_build_conduct(ffh_build *build, ffh_gen_function *function);
bool ffh_build_policy(ffh_build *build, const ffh_note *note, uint8_t *threading, uint8_t *role);
uint16_t ffh_build_state(ffh_build *build, const char *name);
uint8_t ffh_build_role(ffh_build *build, const ffh_note *note, const char *name);

#endif
