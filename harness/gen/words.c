#include "gen/words.h"

#include <ctype.h>
#include <string.h>

#define MAX_ARGS 4096u

enum { T = FFH_ON_TYPE, F = FFH_ON_FUNCTION, P = FFH_ON_PARAM, D = FFH_ON_FIELD };
enum { C = FFH_ON_CALLBACK_PARAM };

static const struct {
  const char *macro, *spelling;
  unsigned fewest, most, places;
} table[FFH_W_COUNT] = {
#define FFH_WORD(name, spelling, fewest, most, places) \
  {"FFH_" #name, spelling, fewest, most, places},
#include "gen/words.def"
#undef FFH_WORD
};

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

static const char *trimmed(ffh_mem *mem, const char *from, const char *to) {
  while (from < to && is_blank(*from)) {
    from++;
  }
  while (to > from && is_blank(to[-1])) {
    to--;
  }
  return ffh_mem_text(mem, from, (size_t)(to - from));
}

/* Behind the quoted text that starts at `at`, or NULL when it does not end. */
static const char *skip_quoted(const char *at) {
  char quote = *at++;
  for (; *at != '\0'; at++) {
    if (*at == '\\' && at[1] != '\0') {
      at++;
    } else if (*at == quote) {
      return at + 1;
    }
  }
  return NULL;
}

bool ffh_words_split(ffh_mem *mem, const char *text, const char ***args, unsigned *n_args) {
  const char **items = NULL;
  unsigned n = 0;
  unsigned depth = 0;
  const char *from = text;
  const char *at = text;
  while (is_blank(*at)) {
    at++;
  }
  bool empty = *at == '\0';
  for (at = text; !empty;) {
    if (*at == '"' || *at == '\'') {
      at = skip_quoted(at);
      if (at == NULL) {
        return false;
      }
      continue;
    }
    if (*at == '\0' || (*at == ',' && depth == 0)) {
      if (depth != 0 || n >= MAX_ARGS) {
        return false;
      }
      *FFH_MEM_PUSH(mem, items, n) = trimmed(mem, from, at);
      from = at + 1;
      if (*at == '\0') {
        break;
      }
    } else if (*at == '(' || *at == '[') {
      depth++;
    } else if (*at == ')' || *at == ']') {
      if (depth-- == 0) {
        return false;
      }
    }
    at++;
  }
  *args = items;
  *n_args = n;
  return true;
}

bool ffh_words_call(ffh_mem *mem, const char *text, const char **name, const char **args) {
  const char *at = text;
  while (isalnum((unsigned char)*at) || *at == '_') {
    at++;
  }
  if (at == text) {
    return false;
  }
  const char *end = at;
  while (is_blank(*at)) {
    at++;
  }
  if (*at == '\0') {
    *name = trimmed(mem, text, end);
    *args = NULL;
    return true;
  }
  size_t size = strlen(at);
  while (size > 0 && is_blank(at[size - 1])) {
    size--;
  }
  if (*at != '(' || at[size - 1] != ')') {
    return false;
  }
  *name = trimmed(mem, text, end);
  *args = trimmed(mem, at + 1, at + size - 1);
  return true;
}

static bool same_note(const ffh_notes *notes, const char *text) {
  for (unsigned i = 0; i < notes->n; i++) {
    if (strcmp(notes->items[i].text, text) == 0) {
      return true;
    }
  }
  return false;
}

static const char *place_name(unsigned where) {
  switch (where) {
    case FFH_ON_TYPE:
      return "a type";
    case FFH_ON_FUNCTION:
      return "a function";
    case FFH_ON_PARAM:
      return "a parameter";
    case FFH_ON_FIELD:
      return "a struct field";
    default:
      return "a callback's parameter";
  }
}

/* Every place that a word may have, and where on the declaration that is. */
static const char *place_list(ffh_mem *mem, unsigned places) {
  static const struct {
    unsigned place;
    const char *text;
  } all[] = {{FFH_ON_TYPE, "behind a typedef's name"},
             {FFH_ON_FUNCTION, "before a function's declaration"},
             {FFH_ON_PARAM, "behind a parameter's name"},
             {FFH_ON_FIELD, "behind a struct field's name"},
             {FFH_ON_CALLBACK_PARAM, "behind the name of a callback's parameter"}};
  char list[256] = "";
  size_t size = 0;
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    if ((places & all[i].place) != 0) {
      size += (size_t)snprintf(list + size, sizeof list - size, "%s%s", size == 0 ? "" : ", or ",
                               all[i].text);
    }
  }
  return ffh_mem_text(mem, list, size);
}

static bool find_word(const char *name, ffh_word_id *word) {
  for (unsigned i = 0; i < FFH_W_COUNT; i++) {
    if (strcmp(table[i].spelling, name) == 0) {
      *word = (ffh_word_id)i;
      return true;
    }
  }
  return false;
}

bool ffh_words_add(ffh_mem *mem, ffh_diags *diags, ffh_place place, unsigned where,
                   const char *text, ffh_notes *notes) {
  if (strncmp(text, "ffh.", 4) != 0) {
    return false;
  }
  text += 4;
  if (same_note(notes, text)) {
    return true; /* inherited from an earlier declaration */
  }
  const char *name, *inside;
  ffh_note note = {.text = ffh_mem_text(mem, text, strlen(text)), .place = place};
  if (!ffh_words_call(mem, text, &name, &inside) || !find_word(name, &note.word)) {
    ffh_diag_add(diags, place, FFH_DIAG_UNKNOWN_WORD, "'ffh.%.200s' is not a word", text);
    return true;
  }
  const char *macro = table[note.word].macro;
  if ((table[note.word].places & where) == 0) {
    ffh_diag_add(diags, place, FFH_DIAG_WORD_PLACE, "%s does not go on %s; write it %s", macro,
                 place_name(where), place_list(mem, table[note.word].places));
    return true;
  }
  if (inside != NULL && !ffh_words_split(mem, inside, &note.args, &note.n_args)) {
    ffh_diag_add(diags, place, FFH_DIAG_WORD_ARGS,
                 "%s(%.200s): a bracket or a quote does not close", macro, inside);
    return true;
  }
  if (note.n_args < table[note.word].fewest || note.n_args > table[note.word].most) {
    ffh_diag_add(diags, place, FFH_DIAG_WORD_ARGS, "%s takes %s%u argument%s, not %u", macro,
                 table[note.word].most == 99 ? "at least " : "", table[note.word].fewest,
                 table[note.word].fewest == 1 ? "" : "s", note.n_args);
    return true;
  }
  *FFH_MEM_PUSH(mem, notes->items, notes->n) = note;
  return true;
}

const ffh_note *ffh_words_find(const ffh_notes *notes, ffh_word_id word) {
  for (unsigned i = 0; i < notes->n; i++) {
    if (notes->items[i].word == word) {
      return &notes->items[i];
    }
  }
  return NULL;
}

const char *ffh_words_macro(ffh_word_id word) {
  return table[word].macro;
}

bool ffh_words_has_args(ffh_word_id word) {
  return table[word].most != 0;
}

unsigned ffh_words_distance(const char *a, const char *b) {
  unsigned row[65];
  size_t n = strnlen(a, 64), m = strnlen(b, 64);
  for (unsigned i = 0; i <= n; i++) {
    row[i] = i;
  }
  for (unsigned j = 1; j <= m; j++) {
    unsigned diagonal = row[0];
    row[0] = j;
    for (unsigned i = 1; i <= n; i++) {
      unsigned best = diagonal + (a[i - 1] != b[j - 1]);
      best = best < row[i] + 1 ? best : row[i] + 1;
      best = best < row[i - 1] + 1 ? best : row[i - 1] + 1;
      diagonal = row[i];
      row[i] = best;
    }
  }
  return row[n];
}

/* ---- string literals ---- */

static bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

/* Reads the escape behind a backslash at *at. */
static bool read_escape(const char **at, char *byte) {
  static const char names[] = "abfnrtv\\'\"?";
  static const char values[] = "\a\b\f\n\r\t\v\\'\"?";
  unsigned value = 0;
  if (**at == 'x') {
    const char *from = ++*at;
    for (; isxdigit((unsigned char)**at); ++*at) {
      char c = (char)tolower((unsigned char)**at);
      value = value * 16 + (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
      if (value > 255) {
        return false;
      }
    }
    *byte = (char)value;
    return *at != from;
  }
  if (is_octal(**at)) {
    for (unsigned i = 0; i < 3 && is_octal(**at); i++, ++*at) {
      value = value * 8 + (unsigned)(**at - '0');
    }
    *byte = (char)value;
    return value <= 255;
  }
  const char *found = **at == '\0' ? NULL : strchr(names, **at);
  if (found == NULL) {
    return false;
  }
  *byte = values[found - names];
  ++*at;
  return true;
}

bool ffh_words_literal(ffh_mem *mem, const char *text, const char **bytes, uint32_t *size) {
  char *out = ffh_mem_new(mem, strlen(text) + 1);
  uint32_t n = 0;
  const char *at = text;
  if (*at != '"') {
    return false;
  }
  while (*at == '"') {
    for (at++; *at != '"';) {
      if (*at == '\0') {
        return false;
      }
      if (*at != '\\') {
        out[n++] = *at++;
        continue;
      }
      at++;
      if (!read_escape(&at, &out[n++])) {
        return false;
      }
    }
    at++;
    while (is_blank(*at)) {
      at++;
    }
  }
  if (*at != '\0') {
    return false;
  }
  *bytes = out;
  *size = n;
  return true;
}
