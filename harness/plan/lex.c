#include <stdarg.h>
#include <string.h>

#include "base/out.h"
#include "plan/parse.h"

bool ffh_parse_fail(ffh_parser *p, ffh_mark where, ...) {
  if (p->failed) {
    return false;
  }
  p->failed = true;
  p->error->line = where.line;
  p->error->column = (uint32_t)(where.at - p->line_start) + 1; /* a call is on one line */
  ffh_out out = {p->error->message, 0, sizeof p->error->message, false};
  va_list parts;
  va_start(parts, where);
  for (const char *part = va_arg(parts, const char *); part != NULL;
       part = va_arg(parts, const char *)) {
    ffh_out_str(&out, part);
  }
  va_end(parts);
  return false;
}

ffh_mark ffh_parse_mark(const ffh_parser *p) {
  return (ffh_mark){p->at, p->line};
}

void ffh_parse_skip_blanks(ffh_parser *p) {
  while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\r')) {
    p->at++;
  }
}

bool ffh_parse_at_line_end(ffh_parser *p) {
  ffh_parse_skip_blanks(p);
  return p->at >= p->end || *p->at == '\n' || *p->at == '#';
}

bool ffh_parse_end_line(ffh_parser *p) {
  if (!ffh_parse_at_line_end(p)) {
    return ffh_parse_fail(p, ffh_parse_mark(p), "expected the end of the line", NULL);
  }
  while (p->at < p->end && *p->at != '\n') {
    p->at++;
  }
  if (p->at < p->end) {
    p->at++;
    p->line++;
    p->line_start = p->at;
  }
  return true;
}

bool ffh_parse_take(ffh_parser *p, char c) {
  ffh_parse_skip_blanks(p);
  if (p->at < p->end && *p->at == c) {
    p->at++;
    return true;
  }
  return false;
}

bool ffh_parse_expect(ffh_parser *p, char c, const char *after) {
  if (ffh_parse_take(p, c)) {
    return true;
  }
  char wanted[2] = {c, '\0'};
  return ffh_parse_fail(p, ffh_parse_mark(p), "expected '", wanted, "' after ", after, NULL);
}

static bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

ffh_word_text ffh_parse_word(ffh_parser *p) {
  ffh_parse_skip_blanks(p);
  ffh_word_text word = {p->at, 0};
  while (p->at < p->end && is_word_char(*p->at)) {
    p->at++;
  }
  word.size = (size_t)(p->at - word.text);
  return word;
}

bool ffh_word_is(ffh_word_text word, const char *text) {
  return strlen(text) == word.size && memcmp(word.text, text, word.size) == 0;
}

bool ffh_parse_peek(const ffh_parser *p, const char *word) {
  const char *at = p->at;
  while (at < p->end && (*at == ' ' || *at == '\t')) {
    at++;
  }
  ffh_word_text next = {at, 0};
  while (at < p->end && is_word_char(*at)) {
    at++;
  }
  next.size = (size_t)(at - next.text);
  return ffh_word_is(next, word);
}

static int digit_of(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool ffh_parse_number(ffh_parser *p, uint64_t *number, bool *negative) {
  ffh_parse_skip_blanks(p);
  ffh_mark start = ffh_parse_mark(p);
  bool minus = negative != NULL && ffh_parse_take(p, '-');
  uint64_t base = 10, sum = 0;
  if (p->end - p->at > 2 && p->at[0] == '0' && p->at[1] == 'x') {
    base = 16;
    p->at += 2;
  }
  const char *first = p->at;
  for (; p->at < p->end && is_word_char(*p->at); p->at++) {
    int digit = digit_of(*p->at);
    if (digit < 0 || (uint64_t)digit >= base) {
      return ffh_parse_fail(p, start, "expected a number, decimal or 0x hexadecimal", NULL);
    }
    if (sum > (UINT64_MAX - (uint64_t)digit) / base) {
      return ffh_parse_fail(p, start, "the number does not fit 64 bits", NULL);
    }
    sum = sum * base + (uint64_t)digit;
  }
  if (p->at == first) {
    return ffh_parse_fail(p, start, "expected a number, decimal or 0x hexadecimal", NULL);
  }
  if (minus && sum > UINT64_C(1) << 63) {
    return ffh_parse_fail(p, start, "the number does not fit 64 bits", NULL);
  }
  *number = minus ? UINT64_C(0) - sum : sum;
  if (negative != NULL) {
    *negative = minus && sum != 0;
  }
  return true;
}

static bool put_pool(ffh_parser *p, uint8_t byte) {
  if (p->n_pool == sizeof p->pool) {
    return ffh_parse_fail(p, ffh_parse_mark(p), "the call has too many bytes", NULL);
  }
  p->pool[p->n_pool++] = byte;
  return true;
}

static bool read_hex(ffh_parser *p) {
  while (p->at < p->end && *p->at != '"') {
    int high = digit_of(p->at[0]), low = p->end - p->at > 1 ? digit_of(p->at[1]) : -1;
    if (high < 0 || low < 0) {
      return ffh_parse_fail(p, ffh_parse_mark(p), "expected two hexadecimal digits for each byte",
                            NULL);
    }
    if (!put_pool(p, (uint8_t)(high << 4 | low))) {
      return false;
    }
    p->at += 2;
  }
  return true;
}

static bool read_escape(ffh_parser *p) {
  ffh_mark where = ffh_parse_mark(p);
  p->at++;
  char c = p->at < p->end ? *p->at : '\0';
  p->at += p->at < p->end;
  if (c == 'n' || c == 't') {
    return put_pool(p, c == 'n' ? '\n' : '\t');
  }
  if (c != '"' && c != '\\') {
    return ffh_parse_fail(p, where, "unknown escape: use \\n, \\t, \\\", \\\\, or h\"hex\"", NULL);
  }
  return put_pool(p, (uint8_t)c);
}

bool ffh_parse_bytes(ffh_parser *p, const uint8_t **bytes, uint32_t *size, uint32_t *total) {
  ffh_parse_skip_blanks(p);
  ffh_mark start = ffh_parse_mark(p);
  uint32_t first = p->n_pool;
  bool hex = p->end - p->at > 1 && p->at[0] == 'h' && p->at[1] == '"';
  p->at += hex;
  if (p->at >= p->end || *p->at != '"') {
    return ffh_parse_fail(p, start, "expected bytes: \"text\", h\"hex\", or either with *SIZE",
                          NULL);
  }
  p->at++;
  if (hex && !read_hex(p)) {
    return false;
  }
  while (!hex && p->at < p->end && *p->at != '"' && *p->at != '\n') {
    if (*p->at == '\\' ? !read_escape(p) : !put_pool(p, (uint8_t)*p->at++)) {
      return false;
    }
  }
  if (p->at >= p->end || *p->at != '"') {
    return ffh_parse_fail(p, start, "the bytes do not end with '\"' on this line", NULL);
  }
  p->at++;
  uint32_t n = p->n_pool - first;
  uint64_t repeated = n;
  if (p->at < p->end && *p->at == '*') {
    p->at++;
    ffh_mark where = ffh_parse_mark(p);
    if (!ffh_parse_number(p, &repeated, NULL)) {
      return false;
    }
    if (n == 0 || repeated < n || repeated > FFH_MAX_PLAN_BYTES) {
      return ffh_parse_fail(p, where, "*SIZE must be at least the size of what is repeated and at ",
                            "most 1048576", NULL);
    }
  }
  *bytes = p->pool + first;
  *size = n;
  *total = (uint32_t)repeated;
  return true;
}

const char *ffh_word_text_of(ffh_word_text word) {
  static char texts[2][64];
  static unsigned turn;
  char *text = texts[turn++ % 2];
  size_t size = word.size < sizeof texts[0] - 1 ? word.size : sizeof texts[0] - 1;
  memcpy(text, word.text, size);
  text[size] = '\0';
  return text;
}

unsigned ffh_word_distance(ffh_word_text word, const char *name) {
  unsigned row[65];
  size_t n = word.size < 64 ? word.size : 64, m = strlen(name);
  for (unsigned i = 0; i <= n; i++) {
    row[i] = i;
  }
  for (unsigned j = 1; j <= m && j <= 64; j++) {
    unsigned diagonal = row[0];
    row[0] = j;
    for (unsigned i = 1; i <= n; i++) {
      unsigned best = diagonal + (word.text[i - 1] != name[j - 1]);
      best = best < row[i] + 1 ? best : row[i] + 1;
      best = best < row[i - 1] + 1 ? best : row[i - 1] + 1;
      diagonal = row[i];
      row[i] = best;
    }
  }
  return row[n];
}
