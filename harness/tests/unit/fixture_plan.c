#include "fixture_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "fixture_target.h"

static bool same_value(const ffh_value *a, const ffh_value *b) {
  return a->form == b->form && a->is_null == b->is_null && a->variable == b->variable &&
         a->defines == b->defines && a->number == b->number && a->size == b->size &&
         (a->size == 0 || memcmp(a->bytes, b->bytes, a->size) == 0);
}

static bool same_schedule(const ffh_schedule *a, const ffh_schedule *b) {
  if (a->policy != b->policy || a->granularity != b->granularity || a->lanes != b->lanes ||
      a->stickiness != b->stickiness || a->depth != b->depth || a->seed != b->seed ||
      a->length != b->length || a->exits != b->exits || a->again != b->again ||
      a->n_weights != b->n_weights || a->n_switches != b->n_switches) {
    return false;
  }
  for (unsigned i = 0; i < a->n_weights; i++) {
    if (a->weights[i].thread != b->weights[i].thread ||
        a->weights[i].points != b->weights[i].points) {
      return false;
    }
  }
  for (unsigned i = 0; i < a->n_switches; i++) {
    if (a->switches[i].step != b->switches[i].step ||
        a->switches[i].thread != b->switches[i].thread) {
      return false;
    }
  }
  return true;
}

static bool same_plan(const ffh_plan *a, const ffh_plan *b) {
  if (a->target != b->target || a->n_calls != b->n_calls || a->n_values != b->n_values ||
      a->n_variables != b->n_variables || !same_schedule(&a->schedule, &b->schedule)) {
    return false;
  }
  for (unsigned i = 0; i < a->n_calls; i++) {
    if (a->calls[i].function != b->calls[i].function || a->calls[i].lane != b->calls[i].lane ||
        a->calls[i].malformed != b->calls[i].malformed || a->calls[i].fail != b->calls[i].fail) {
      return false;
    }
  }
  for (unsigned i = 0; i < a->n_values; i++) {
    if (!same_value(&a->values[i], &b->values[i])) {
      return false;
    }
  }
  return memcmp(a->variables, b->variables, a->n_variables * sizeof a->variables[0]) == 0;
}

void ffh_fixture_fail_plan(const ffh_plan *plan, const char *what, const uint8_t *data,
                           size_t size) {
  static char text[FFH_MAX_TEXT];
  print_message("%s, input:", what);
  for (size_t i = 0; i < size; i++) {
    print_message("%02x", data[i]);
  }
  text[0] = '\0';
  ffh_plan_print(plan, text, sizeof text);
  print_message("\n%s\n", text);
  fail();
}

void ffh_fixture_expect_valid(const ffh_plan *plan, const uint8_t *data, size_t size) {
  const char *wrong = ffh_plan_check(plan);
  if (wrong != NULL) {
    ffh_fixture_fail_plan(plan, wrong, data, size);
  }
}

size_t ffh_fixture_expect_inverse(const ffh_plan *plan, uint8_t *encoded, const uint8_t *data,
                                  size_t size) {
  static ffh_plan *again;
  static uint8_t second[FFH_MAX_INPUT];
  if (again == NULL) {
    again = ffh_plan_new();
  }
  size_t n = ffh_plan_encode(plan, encoded, FFH_MAX_INPUT);
  if (n == 0 || ffh_plan_decode(plan->target, encoded, n, again) != FFH_DECODE_OK ||
      !same_plan(plan, again)) {
    ffh_fixture_fail_plan(plan, "decode(encode(plan)) is another plan", data, size);
  }
  if (ffh_plan_encode(again, second, sizeof second) != n || memcmp(encoded, second, n) != 0) {
    ffh_fixture_fail_plan(plan, "encode(decode(encode(plan))) differs", data, size);
  }
  return n;
}

void ffh_fixture_parse(ffh_plan *plan, const char *text) {
  ffh_text_error error;
  if (!ffh_plan_parse(ffh_fixture_target(), text, strlen(text), plan, &error)) {
    fail_msg("%u:%u: %s\n%s", error.line, error.column, error.message, text);
  }
}
