/* Words: the annotation strings that the macros of ffh/contract.h leave on declarations. */
#ifndef FFH_GEN_WORDS_H
#define FFH_GEN_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "gen/diag.h"
#include "gen/mem.h"

typedef enum ffh_word_id {
#define FFH_WORD(name, spelling, fewest, most, places) FFH_W_##name,
#include "gen/words.def"
#undef FFH_WORD
  FFH_W_COUNT
} ffh_word_id;

/* Where a word stands. */
enum ffh_word_place {
  FFH_ON_TYPE = 1,
  FFH_ON_FUNCTION = 2,
  FFH_ON_PARAM = 4,
  FFH_ON_FIELD = 8,
  FFH_ON_CALLBACK_PARAM = 16
};

typedef struct ffh_note {
  ffh_word_id word;
  const char *text; /* as written, without "ffh." */
  const char **args;
  unsigned n_args;
  ffh_place place; /* of the declaration it stands on */
} ffh_note;

/* The words of one declaration, from all its redeclarations. */
typedef struct ffh_notes {
  ffh_note *items;
  unsigned n;
} ffh_notes;

/* Splits "a, f(b, c), \"d,e\"" at its top-level commas, without the blanks around them. An empty
 * string has no arguments. False when brackets or quotes do not close. */
bool ffh_words_split(ffh_mem *mem, const char *text, const char ***args, unsigned *n_args);
/* Splits "name(arguments)"; *args is NULL without brackets. False when it has another form. */
bool ffh_words_call(ffh_mem *mem, const char *text, const char **name, const char **args);
/* Adds the annotation `text` (with its "ffh.") to the notes; other annotations are left alone.
 * `where` is one ffh_word_place. Returns whether it was an ffh annotation at all. */
bool ffh_words_add(ffh_mem *mem, ffh_diags *diags, ffh_place place, unsigned where,
                   const char *text, ffh_notes *notes);
/* NULL when the word is not there. */
const ffh_note *ffh_words_find(const ffh_notes *notes, ffh_word_id word);
/* The macro's name, "FFH_CREATES", for messages. Static storage. */
const char *ffh_words_macro(ffh_word_id word);
bool ffh_words_has_args(ffh_word_id word);
/* How many letters must change to make one of the other. Names beyond 64 letters are cut. */
unsigned ffh_words_distance(const char *a, const char *b);
/* The bytes of one or more adjacent C string literals. False when `text` is something else. */
bool ffh_words_literal(ffh_mem *mem, const char *text, const char **bytes, uint32_t *size);

#endif
