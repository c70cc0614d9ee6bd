#include <stdlib.h>
#include <string.h>

#include "base/form.h"
#include "base/out.h"
#include "plan/format.h"
#include "plan/parse.h"

static const ffh_slot *slot_at(const ffh_parser *p, unsigned slot) {
  return &p->function->slots[slot];
}

/* ---- variables ---- */

static bool read_variable(ffh_parser *p, unsigned slot, bool same_type) {
  ffh_wish *wish = &p->wishes[slot];
  ffh_parse_skip_blanks(p);
  ffh_mark where = ffh_parse_mark(p);
  ffh_word_text word = ffh_parse_word(p);
  if (word.size == 0) {
    return ffh_parse_fail(p, where, "expected a variable such as h0", NULL);
  }
  for (unsigned i = 0; i < p->n_names; i++) {
    if (p->names[i].name.size == word.size &&
        memcmp(p->names[i].name.text, word.text, word.size) == 0) {
      wish->exact = 1;
      wish->variable = p->names[i].variable;
      const ffh_plan *plan = p->build->plan;
      const ffh_handle_type *types = p->target->handle_types;
      uint16_t has = plan->variables[wish->variable].handle_type;
      uint16_t needs = slot_at(p, slot)->handle_type;
      if ((has == needs) != same_type) {
        return ffh_parse_fail(
            p, where, ffh_word_text_of(word), " is a ", types[has].name,
            same_type ? ", but this parameter takes a " : "; a wrong_type handle must be no ",
            types[needs].name, NULL);
      }
      return true;
    }
  }
  return ffh_parse_fail(p, where, "undefined variable ", ffh_word_text_of(word),
                        "; define it in an earlier line: A: ", ffh_word_text_of(word),
                        " = function(...)", NULL);
}

static bool read_definition(ffh_parser *p, unsigned slot) {
  ffh_parse_skip_blanks(p);
  ffh_mark where = ffh_parse_mark(p);
  p->defines[slot] = ffh_parse_word(p);
  return p->defines[slot].size != 0 ||
         ffh_parse_fail(p, where, "expected the name of the variable that the output becomes",
                        NULL);
}

/* ---- numbers ---- */

static bool read_enumerators(ffh_parser *p, const ffh_slot *slot, uint64_t *number) {
  *number = 0;
  do {
    ffh_parse_skip_blanks(p);
    ffh_mark where = ffh_parse_mark(p);
    ffh_word_text word = ffh_parse_word(p);
    unsigned i = 0, best = 0;
    while (i < slot->n_enumerators && !ffh_word_is(word, slot->enumerator_names[i])) {
      if (ffh_word_distance(word, slot->enumerator_names[i]) <
          ffh_word_distance(word, slot->enumerator_names[best])) {
        best = i;
      }
      i++;
    }
    if (i == slot->n_enumerators) {
      return ffh_parse_fail(p, where, "no enumerator ", ffh_word_text_of(word), "; did you mean ",
                            slot->enumerator_names[best], "?", NULL);
    }
    *number |= (uint64_t)slot->enumerators[i];
  } while (slot->kind == FFH_KIND_FLAGS && ffh_parse_take(p, '|'));
  return true;
}

static bool read_float(ffh_parser *p, uint64_t *number) {
  ffh_parse_skip_blanks(p);
  ffh_mark where = ffh_parse_mark(p);
  if (p->end - p->at > 5 && memcmp(p->at, "bits:", 5) == 0) {
    p->at += 5;
    return ffh_parse_number(p, number, NULL);
  }
  char digits[64];
  size_t n = 0;
  while (p->at < p->end && n + 1 < sizeof digits &&
         (strchr("+-.", *p->at) != NULL || (*p->at >= '0' && *p->at <= '9') ||
          (*p->at >= 'a' && *p->at <= 'z') || (*p->at >= 'A' && *p->at <= 'Z'))) {
    digits[n++] = *p->at++;
  }
  digits[n] = '\0';
  char *rest = digits;
  double d = strtod(digits, &rest);
  if (n == 0 || *rest != '\0') {
    return ffh_parse_fail(p, where, "expected a number such as 1.5, inf or bits:0x3ff0...", NULL);
  }
  memcpy(number, &d, sizeof d);
  return true;
}

static void number_text(char text[24], uint64_t number, bool is_signed) {
  ffh_out out = {text, 0, 24, false};
  if (is_signed) {
    ffh_out_signed(&out, (int64_t)number);
  } else {
    ffh_out_unsigned(&out, number);
  }
}

static bool read_integer(ffh_parser *p, unsigned at, bool any, uint64_t *number) {
  const ffh_slot *slot = slot_at(p, at);
  bool is_signed = (slot->flags & FFH_SLOT_SIGNED) != 0, negative = false;
  ffh_parse_skip_blanks(p);
  ffh_mark where = ffh_parse_mark(p);
  if (!ffh_parse_number(p, number, &negative)) {
    return false;
  }
  bool sign_fits = is_signed ? negative == ((int64_t)*number < 0) : !negative;
  if (sign_fits && (any || ffh_slot_fold(p->function, at, *number) == *number)) {
    return true;
  }
  if (slot->kind == FFH_KIND_ENUM || slot->kind == FFH_KIND_FLAGS || slot->kind == FFH_KIND_BOOL) {
    return ffh_parse_fail(p, where, "not a value of ", slot->name,
                          "; write the enumerator's name, or bad_enum NUMBER where the contract ",
                          "rejects it", NULL);
  }
  uint64_t low = 0, high = 0;
  if (slot->kind == FFH_KIND_CAPACITY) {
    high = ffh_slot_cap(p->function, at);
  } else {
    ffh_slot_range(slot, &low, &high);
  }
  char low_text[24], high_text[24];
  number_text(low_text, low, is_signed);
  number_text(high_text, high, is_signed);
  return ffh_parse_fail(p, where, "number outside the range of ", slot->name, ": use ", low_text,
                        " to ", high_text, NULL);
}

static bool read_callback(ffh_parser *p, unsigned at) {
  const ffh_callback *callback = slot_at(p, at)->callback;
  ffh_parse_skip_blanks(p);
  ffh_mark where = ffh_parse_mark(p);
  ffh_word_text word = ffh_parse_word(p);
  for (unsigned i = 0; i < callback->n_impls; i++) {
    if (ffh_word_is(word, callback->impl_names[i])) {
      p->wishes[at].number = i;
      return true;
    }
  }
  return ffh_parse_fail(p, where, "no callback ", ffh_word_text_of(word), " for ",
                        slot_at(p, at)->name, "; use for example ", callback->impl_names[0], NULL);
}

static bool read_number(ffh_parser *p, unsigned at) {
  const ffh_slot *slot = slot_at(p, at);
  uint64_t *number = &p->wishes[at].number;
  ffh_parse_skip_blanks(p);
  bool digit = p->at < p->end && (*p->at == '-' || (*p->at >= '0' && *p->at <= '9'));
  if (slot->kind == FFH_KIND_CALLBACK) {
    return read_callback(p, at);
  }
  if (slot->kind == FFH_KIND_FLOAT) {
    return read_float(p, number);
  }
  if (slot->kind == FFH_KIND_BOOL && !digit) {
    *number = ffh_parse_peek(p, "true");
    if (*number == 0 && !ffh_parse_peek(p, "false")) {
      return ffh_parse_fail(p, ffh_parse_mark(p), "expected true or false", NULL);
    }
    (void)ffh_parse_word(p);
    return true;
  }
  if ((slot->kind == FFH_KIND_ENUM || slot->kind == FFH_KIND_FLAGS) && !digit) {
    return read_enumerators(p, slot, number);
  }
  return read_integer(p, at, false, number);
}

/* ---- bytes ---- */

static bool read_strings(ffh_parser *p, unsigned at) {
  ffh_wish *wish = &p->wishes[at];
  ffh_mark where = ffh_parse_mark(p);
  static uint8_t joined[FFH_MAX_PLAN_BYTES];
  uint32_t n = 0;
  if (!ffh_parse_expect(p, '[', "the parameter; strings are written [\"a\", \"b\"]")) {
    return false;
  }
  for (bool more = !ffh_parse_take(p, ']'); more; more = ffh_parse_take(p, ',')) {
    const uint8_t *bytes;
    uint32_t size, total;
    if (!ffh_parse_bytes(p, &bytes, &size, &total)) {
      return false;
    }
    if (total > UINT16_MAX || n + 2 + total > sizeof joined) {
      return ffh_parse_fail(p, where, "a string has more than 65535 bytes", NULL);
    }
    joined[n] = (uint8_t)total;
    joined[n + 1] = (uint8_t)(total >> 8);
    for (uint32_t i = 0; i < total; i++) {
      joined[n + 2 + i] = bytes[i % size];
    }
    n += 2 + total;
    ffh_parse_skip_blanks(p);
    if (p->at < p->end && *p->at == ']') {
      break;
    }
  }
  if (p->at[-1] != ']' && !ffh_parse_expect(p, ']', "the strings")) {
    return false;
  }
  if (n > sizeof p->pool - p->n_pool) {
    return ffh_parse_fail(p, where, "the call has too many bytes", NULL);
  }
  memcpy(p->pool + p->n_pool, joined, n);
  wish->bytes = p->pool + p->n_pool;
  wish->size = n;
  p->n_pool += n;
  return true;
}

/* ---- values ---- */

static bool read_form(ffh_parser *p, unsigned at, ffh_form form) {
  ffh_wish *wish = &p->wishes[at];
  ffh_mark where = ffh_parse_mark(p);
  (void)ffh_parse_word(p);
  if (!ffh_slot_accepts(p->function, slot_at(p, at), form)) {
    return ffh_parse_fail(p, where, "the contract does not promise that ", p->function->name,
                          " rejects ", ffh_form_name(form), " here", NULL);
  }
  for (unsigned i = 0; i < p->function->n_slots; i++) {
    if (p->wishes[i].form != FFH_FORM_VALUE) {
      return ffh_parse_fail(p, where, "a call sends at most one malformed value", NULL);
    }
  }
  wish->form = (uint8_t)form;
  switch (form) {
    case FFH_FORM_STALE:
    case FFH_FORM_WRONG_TYPE:
    case FFH_FORM_WRONG_THREAD:
    case FFH_FORM_WRONG_STATE:
    case FFH_FORM_HAS_CHILDREN:
      return read_variable(p, at, form != FFH_FORM_WRONG_TYPE);
    case FFH_FORM_BAD_ENUM:
    case FFH_FORM_BAD_VERSION:
      return read_integer(p, at, true, &wish->number);
    case FFH_FORM_BAD_UTF8:
      return ffh_parse_bytes(p, &wish->bytes, &wish->size, &wish->total);
    case FFH_FORM_LENGTH_MISMATCH:
    case FFH_FORM_OVERSIZED:
      return ffh_parse_number(p, &wish->number, NULL);
    default:
      return true;
  }
}

static bool read_null(ffh_parser *p, unsigned at) {
  const ffh_slot *slot = slot_at(p, at);
  ffh_class class = ffh_slot_class(p->function, at);
  bool may = class == FFH_CLASS_HANDLE || class == FFH_CLASS_BUFFER ||
             class == FFH_CLASS_CALLBACK ||
             (class == FFH_CLASS_STRUCT && (slot->flags & FFH_SLOT_BY_VALUE) == 0);
  if (!may || (slot->flags & FFH_SLOT_NULLABLE) == 0) {
    return read_form(p, at, FFH_FORM_NULL);
  }
  (void)ffh_parse_word(p);
  p->wishes[at].is_null = 1;
  return true;
}

static bool read_out(ffh_parser *p, unsigned at) {
  (void)ffh_parse_word(p); /* "out" */
  return read_definition(p, at);
}

static bool read_value(ffh_parser *p, unsigned at) {
  const ffh_slot *slot = slot_at(p, at);
  ffh_class class = ffh_slot_class(p->function, at);
  ffh_parse_skip_blanks(p);
  p->marks[at] = ffh_parse_mark(p);
  p->wishes[at].given = 1;
  if (ffh_parse_peek(p, "null")) {
    return read_null(p, at);
  }
  for (unsigned form = FFH_FORM_STALE; form < FFH_FORM_COUNT; form++) {
    if (ffh_parse_peek(p, ffh_form_name((ffh_form)form))) {
      return read_form(p, at, (ffh_form)form);
    }
  }
  switch (class) {
    case FFH_CLASS_NUMBER:
    case FFH_CLASS_CAPACITY:
    case FFH_CLASS_CALLBACK:
      return read_number(p, at);
    case FFH_CLASS_HANDLE:
      return read_variable(p, at, true);
    case FFH_CLASS_DEFINE:
      return ffh_parse_peek(p, "out")
                 ? read_out(p, at)
                 : ffh_parse_fail(p, p->marks[at], slot->name, " is an output: write ", slot->name,
                                  "=out NAME", NULL);
    case FFH_CLASS_ERROR:
      if (!ffh_parse_peek(p, "out") && !read_variable(p, at, true)) {
        return false;
      }
      p->wishes[at].given = p->wishes[at].exact;
      return !ffh_parse_peek(p, "out") || read_out(p, at);
    case FFH_CLASS_BUFFER:
      return slot->kind == FFH_KIND_STRINGS
                 ? read_strings(p, at)
                 : ffh_parse_bytes(p, &p->wishes[at].bytes, &p->wishes[at].size,
                                   &p->wishes[at].total);
    case FFH_CLASS_STRUCT:
      return ffh_parse_expect(p, '{', "a struct parameter; fields are written {a=1, b=2}") &&
             ffh_parse_fields(p, (uint16_t)at, '}');
    default:
      return ffh_parse_fail(p, p->marks[at], slot->name, " is derived by the harness: leave it out",
                            NULL);
  }
}

static bool find_field(ffh_parser *p, uint16_t parent, ffh_mark where, ffh_word_text name,
                       unsigned *slot) {
  const char *best = NULL;
  unsigned least = UINT32_MAX;
  for (unsigned i = 0; i < p->function->n_slots; i++) {
    const ffh_slot *field = slot_at(p, i);
    char number[24] = "_";
    number_text(number + 1, i, false);
    const char *known = field->name[0] == '\0' ? number : field->name;
    if (field->parent != parent || field->param == FFH_PARAM_RESULT) {
      continue;
    }
    if (ffh_word_is(name, known)) {
      *slot = i;
      return true;
    }
    unsigned distance = ffh_word_distance(name, known);
    if (distance < least && field->name[0] != '\0') {
      least = distance;
      best = field->name;
    }
  }
  return ffh_parse_fail(p, where, p->function->name,
                        parent == FFH_NONE ? " has no parameter " : " has no field ",
                        name.size == 0 ? "without a name" : ffh_word_text_of(name),
                        best == NULL ? "" : "; did you mean ", best == NULL ? "" : best,
                        best == NULL ? "" : "?", NULL);
}

bool ffh_parse_fields(ffh_parser *p, uint16_t parent, char close) {
  if (ffh_parse_take(p, close)) {
    return true;
  }
  do {
    ffh_parse_skip_blanks(p);
    ffh_mark where = ffh_parse_mark(p);
    ffh_word_text name = ffh_parse_word(p);
    unsigned slot = 0;
    if (!find_field(p, parent, where, name, &slot)) {
      return false;
    }
    if (p->marks[slot].at != NULL) {
      return ffh_parse_fail(p, where, ffh_word_text_of(name), " is given twice", NULL);
    }
    if (!ffh_parse_expect(p, '=', "the parameter's name") || !read_value(p, slot)) {
      return false;
    }
  } while (ffh_parse_take(p, ','));
  return ffh_parse_expect(p, close, "the arguments");
}

/* ---- what was built ---- */

static bool same_bytes(const ffh_wish *wish, const ffh_value *value) {
  uint32_t total = wish->total != 0 ? wish->total : wish->size;
  if (total != value->size) {
    return false;
  }
  for (uint32_t i = 0; i < total; i++) {
    if (value->bytes[i] != wish->bytes[i % wish->size]) {
      return false;
    }
  }
  return true;
}

static const char *why_not(const ffh_parser *p, unsigned at) {
  const ffh_slot *slot = slot_at(p, at);
  const ffh_wish *wish = &p->wishes[at];
  if (wish->form == FFH_FORM_STALE) {
    return "the handle was not ended by an earlier call, so it is not stale";
  }
  if (wish->form == FFH_FORM_WRONG_THREAD) {
    return "no lane is the wrong thread for this handle; use another lane or handle";
  }
  if (wish->form != FFH_FORM_VALUE) {
    return "this is not malformed in that way; for a length, use one above the cap, for a version "
           "another one than the contract's";
  }
  if (slot->kind == FFH_KIND_ERROR && slot->direction == FFH_DIR_OUT) {
    return "no old message goes in here: that takes FFH_INOUT beside FFH_ERROR_OUT";
  }
  if (slot->parent_of != FFH_NONE) {
    return "this handle is not the one that the other handle was made from";
  }
  if (slot->kind == FFH_KIND_PATH) {
    return "a path must be a plain file name: letters, digits, '_', '-', '.', at most 32";
  }
  if (ffh_slot_leader(p->function, at) != at) {
    return "buffers that share a length must have the same number of elements";
  }
  if ((slot->flags & FFH_SLOT_UTF8) != 0 && slot->kind != FFH_KIND_STRINGS &&
      !ffh_utf8_is_valid(wish->bytes, wish->size)) {
    return "this must be UTF-8; write bad_utf8 h\"...\" where the contract rejects it";
  }
  if (slot->kind == FFH_KIND_TEXT && wish->size != 0 &&
      memchr(wish->bytes, 0, wish->size) != NULL) {
    return "a text has no NUL inside";
  }
  if (slot->kind == FFH_KIND_ARRAY) {
    return "the bytes are no whole elements within their ranges and below the cap";
  }
  return ffh_slot_class(p->function, at) == FFH_CLASS_BUFFER
             ? "the bytes are more than the cap, or not valid strings"
             : "the contract does not allow this value here";
}

/* A buffer longer than its cap: the message names the cap. */
static bool fail_over_cap(ffh_parser *p, unsigned at) {
  const ffh_slot *slot = slot_at(p, at);
  const ffh_wish *wish = &p->wishes[at];
  uint64_t unit = ffh_slot_unit(slot), cap = ffh_slot_cap(p->function, at);
  uint32_t total = wish->total != 0 ? wish->total : wish->size;
  bool counted = wish->form == FFH_FORM_VALUE && slot->kind != FFH_KIND_STRINGS &&
                 ffh_slot_class(p->function, at) == FFH_CLASS_BUFFER;
  if (!counted || slot->kind == FFH_KIND_PATH || total <= cap * unit) {
    return false;
  }
  char cap_text[24], total_text[24];
  number_text(cap_text, cap * unit, false);
  number_text(total_text, total, false);
  ffh_parse_fail(p, p->marks[at], slot->name, ": ", total_text,
                 " bytes are more than the cap: use at most ", cap_text,
                 ", or state a higher FFH_MAX in the contract", NULL);
  return true;
}

bool ffh_parse_verify(ffh_parser *p, const ffh_call *call) {
  const ffh_value *values = ffh_plan_values(p->build->plan, call);
  for (unsigned i = 0; i < p->function->n_slots; i++) {
    const ffh_wish *wish = &p->wishes[i];
    const ffh_value *value = &values[i];
    ffh_class class = ffh_slot_class(p->function, i);
    if (!wish->given || (wish->is_null && class == FFH_CLASS_CALLBACK)) {
      continue;
    }
    bool same = value->form == wish->form && value->is_null == wish->is_null;
    bool content = same && wish->form != FFH_FORM_NULL && !wish->is_null;
    bool declared = wish->form == FFH_FORM_LENGTH_MISMATCH || wish->form == FFH_FORM_OVERSIZED;
    if (content && (class == FFH_CLASS_HANDLE || class == FFH_CLASS_ERROR)) {
      same = value->variable == wish->variable;
    } else if (content && class == FFH_CLASS_BUFFER && !declared) {
      same = same_bytes(wish, value);
    } else if (content && (class == FFH_CLASS_BUFFER || class == FFH_CLASS_NUMBER ||
                           class == FFH_CLASS_CAPACITY || class == FFH_CLASS_CALLBACK ||
                           class == FFH_CLASS_FIXED)) {
      same = value->number == wish->number;
    }
    if (!same && fail_over_cap(p, i)) {
      return false;
    }
    if (!same) {
      return ffh_parse_fail(p, p->marks[i], slot_at(p, i)->name, ": ", why_not(p, i), NULL);
    }
  }
  return true;
}
