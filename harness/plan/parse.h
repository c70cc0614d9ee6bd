/* Inside the text parser: the cursor, diagnostics, and one call as it is being read. */
#ifndef FFH_PLAN_PARSE_H
#define FFH_PLAN_PARSE_H

#include "plan/build.h"

#define FFH_TEXT_OF(number) #number
#define FFH_TEXT(number) FFH_TEXT_OF(number)

/* A place in the text. */
typedef struct ffh_mark {
  const char *at;
  uint32_t line;
} ffh_mark;

typedef struct ffh_word_text {
  const char *text;
  size_t size;
} ffh_word_text;

typedef struct ffh_parser {
  const ffh_target *target;
  ffh_build *build;
  const char *at, *end;
  const char *line_start;
  uint32_t line;
  bool failed; /* *error is set; nothing more is read */
  ffh_text_error *error;

  /* Names of variables. */
  unsigned n_names;
  struct {
    ffh_word_text name;
    uint16_t variable;
    uint32_t line;
  } names[FFH_MAX_HANDLES];

  /* The call being read. */
  const ffh_function *function;
  ffh_wish wishes[FFH_MAX_SLOTS];
  ffh_mark marks[FFH_MAX_SLOTS];
  ffh_word_text defines[FFH_MAX_SLOTS]; /* size 0 for none */
  uint32_t n_pool;
  uint8_t pool[2 * FFH_MAX_PLAN_BYTES]; /* the bytes that the wishes point to */
} ffh_parser;

/* ---- lex.c ---- */

/* Says what is wrong at a place, as the parts up to a NULL, and stops the parser. Returns false. */
bool ffh_parse_fail(ffh_parser *p, ffh_mark where, ...) __attribute__((sentinel));
ffh_mark ffh_parse_mark(const ffh_parser *p);
void ffh_parse_skip_blanks(ffh_parser *p);
bool ffh_parse_take(ffh_parser *p, char c); /* if it is next */
bool ffh_parse_expect(ffh_parser *p, char c, const char *after);
/* Letters, digits and underscores; size 0 when none is next. */
ffh_word_text ffh_parse_word(ffh_parser *p);
bool ffh_word_is(ffh_word_text word, const char *text);
/* Whether the next word is this one, without taking it. */
bool ffh_parse_peek(const ffh_parser *p, const char *word);
/* Decimal or 0x hexadecimal, with a minus sign where `negative` is not NULL. */
bool ffh_parse_number(ffh_parser *p, uint64_t *number, bool *negative);
/* "text" or h"hex" with an optional *SIZE, put at the end of the pool. */
bool ffh_parse_bytes(ffh_parser *p, const uint8_t **bytes, uint32_t *size, uint32_t *total);
/* The word as a C string, for messages; cut when it is long. Valid until the second call after. */
const char *ffh_word_text_of(ffh_word_text word);
/* How many letters must change to make one of the other. */
unsigned ffh_word_distance(ffh_word_text word, const char *name);

/* Whether nothing but blanks and a comment is left of the line. */
bool ffh_parse_at_line_end(ffh_parser *p);
bool ffh_parse_end_line(ffh_parser *p);

/* ---- parse_schedule.c ---- */

/* One line each, from their first word on. */
bool ffh_parse_schedule(ffh_parser *p);
bool ffh_parse_switch(ffh_parser *p);
bool ffh_parse_lane(ffh_parser *p, unsigned *lane);

/* ---- parse_value.c ---- */

/* "name=value, ..." up to the closing character, for the parameters or one struct's fields. */
bool ffh_parse_fields(ffh_parser *p, uint16_t parent, char close);
/* Compares the call that was built with what was written: a repair is an error here. */
bool ffh_parse_verify(ffh_parser *p, const ffh_call *call);

#endif
