/* Splitting and decoding of annotation strings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "gen/words.h"

static void test_split(void **state) {
  (void)state;
  ffh_mem mem = {0};
  const char **args = NULL;
  unsigned n = 99;
  assert_true(ffh_words_split(&mem, " a , f(b, c),\"d,\\\"e\" ,(1, 2) ", &args, &n));
  assert_int_equal(n, 4);
  assert_string_equal(args[0], "a");
  assert_string_equal(args[1], "f(b, c)");
  assert_string_equal(args[2], "\"d,\\\"e\"");
  assert_string_equal(args[3], "(1, 2)");
  assert_true(ffh_words_split(&mem, "  ", &args, &n));
  assert_int_equal(n, 0);
  assert_true(ffh_words_split(&mem, "a,", &args, &n));
  assert_int_equal(n, 2);
  assert_string_equal(args[1], "");
  const char *const bad[] = {"a)", "(a", "\"a", "'", "f(a))", "\"\\"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_false(ffh_words_split(&mem, bad[i], &args, &n));
  }
  ffh_mem_free(&mem);
}

static void test_call(void **state) {
  (void)state;
  ffh_mem mem = {0};
  const char *name, *args;
  assert_true(ffh_words_call(&mem, "destroy( x )", &name, &args));
  assert_string_equal(name, "destroy");
  assert_string_equal(args, "x");
  assert_true(ffh_words_call(&mem, "next_call ", &name, &args));
  assert_string_equal(name, "next_call");
  assert_null(args);
  assert_true(ffh_words_call(&mem, "f()", &name, &args));
  assert_string_equal(args, "");
  const char *const bad[] = {"", "(a)", "f(a", "f a", "f)", "f(", "-"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_false(ffh_words_call(&mem, bad[i], &name, &args));
  }
  ffh_mem_free(&mem);
}

static void test_literal(void **state) {
  (void)state;
  ffh_mem mem = {0};
  const char *bytes;
  uint32_t size;
  assert_true(ffh_words_literal(&mem, "\"a\\x00\\377\\n\\\"\" \"EU\\\\\"", &bytes, &size));
  assert_int_equal(size, 8);
  assert_memory_equal(bytes, "a\0\377\n\"EU\\", 8);
  assert_true(ffh_words_literal(&mem, "\"\"", &bytes, &size));
  assert_int_equal(size, 0);
  const char *const bad[] = {"",        "a",         "\"a",     "\"\\x\"", "\"\\x1ff\"",
                             "\"\\q\"", "\"\\400\"", "\"a\" b", "\"\\",    "\"a\"\""};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_false(ffh_words_literal(&mem, bad[i], &bytes, &size));
  }
  ffh_mem_free(&mem);
}

/* How many errors adding the annotation gives; -1 when it is none of ours. */
static int errors_of(const char *text, unsigned where, unsigned *n_notes) {
  ffh_mem mem = {0};
  ffh_diags diags = {.mem = &mem};
  ffh_notes notes = {0};
  bool ours = ffh_words_add(&mem, &diags, (ffh_place){"f.h", 1, 1}, where, text, &notes);
  (void)ffh_words_add(&mem, &diags, (ffh_place){"f.h", 1, 1}, where, text, &notes);
  int errors = ours ? (int)diags.n : -1;
  *n_notes = notes.n;
  ffh_mem_free(&mem);
  return errors;
}

static void test_add(void **state) {
  (void)state;
  unsigned n;
  assert_int_equal(errors_of("ffh.creates", FFH_ON_FUNCTION, &n), 0);
  assert_int_equal(n, 1); /* added twice, kept once */
  assert_int_equal(errors_of("ffh.range(0, 3)", FFH_ON_FIELD, &n), 0);
  assert_int_equal(n, 1);
  assert_int_equal(errors_of("something else", FFH_ON_FUNCTION, &n), -1);
  assert_int_equal(errors_of("ffh.create", FFH_ON_FUNCTION, &n), 1);
  assert_int_equal(errors_of("ffh.range(0)", FFH_ON_FIELD, &n), 1);
  assert_int_equal(errors_of("ffh.range(0, (1)", FFH_ON_FIELD, &n), 1);
  assert_int_equal(errors_of("ffh.status(0)", FFH_ON_PARAM, &n), 1);
  assert_int_equal(errors_of("ffh.", FFH_ON_PARAM, &n), 1);
  assert_int_equal(n, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_split), cmocka_unit_test(test_call),
                                     cmocka_unit_test(test_literal), cmocka_unit_test(test_add)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
