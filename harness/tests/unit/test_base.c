/* base/: text buffers, identifiers, UTF-8, random numbers, the internal assert. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/assert.h"
#include "base/exit.h"
#include "base/id.h"
#include "base/out.h"
#include "base/prng.h"
#include "base/utf8.h"

static void numbers_and_json_are_written(void **state) {
  (void)state;
  char text[128];
  ffh_out out = {text, 0, sizeof text, false};
  ffh_out_signed(&out, INT64_MIN);
  ffh_out_char(&out, ' ');
  ffh_out_unsigned(&out, UINT64_MAX);
  ffh_out_char(&out, ' ');
  ffh_out_hex(&out, 0xbeef);
  ffh_out_char(&out, ' ');
  ffh_out_json(&out, "a\"\\\n\x01\xff", 6);
  assert_string_equal(
      text, "-9223372036854775808 18446744073709551615 0xbeef \"a\\\"\\\\\\n\\u0001\\u00ff\"");
  assert_false(out.truncated);
}

static void a_full_buffer_says_so(void **state) {
  (void)state;
  char text[4];
  ffh_out out = {text, 0, sizeof text, false};
  ffh_out_str(&out, "abcdef");
  assert_true(out.truncated);
  assert_string_equal(text, "abc");
  ffh_out none = {NULL, 0, 0, false};
  ffh_out_str(&none, "x");
  assert_true(none.truncated);
}

static void identifiers_are_fnv1a(void **state) {
  (void)state;
  assert_int_equal(ffh_id(""), 0x811c9dc5);
  assert_int_equal(ffh_id("a"), 0xe40c292c);
  assert_int_equal(ffh_id("foobar"), 0xbf9cf968);
}

static void utf8_is_rfc_3629(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool valid;
  } cases[] = {{"", true},
               {"plain", true},
               {"\xc3\xa9", true},
               {"\xe2\x82\xac", true},
               {"\xf0\x9f\x98\x80", true},
               {"\xf4\x8f\xbf\xbf", true},
               {"\xc0\x80", false},
               {"\xc1\xbf", false},
               {"\xe0\x9f\xbf", false},
               {"\xed\xa0\x80", false},
               {"\xf0\x8f\xbf\xbf", false},
               {"\xf4\x90\x80\x80", false},
               {"\x80", false},
               {"\xe2\x82", false},
               {"a\xff", false}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(ffh_utf8_is_valid((const uint8_t *)cases[i].text, strlen(cases[i].text)),
                     cases[i].valid);
  }
}

static void random_numbers_stay_below_their_bound(void **state) {
  (void)state;
  ffh_prng a = {42}, b = {42};
  uint32_t seen = 0;
  for (unsigned i = 0; i < 10000; i++) {
    uint32_t bound = 1 + i % 32;
    uint32_t number = ffh_prng_below(&a, bound);
    assert_true(number < bound);
    assert_int_equal(number, ffh_prng_below(&b, bound));
    seen |= 1u << number;
  }
  assert_int_equal(seen, 0xffffffff);
}

static void a_broken_invariant_ends_the_process_with_its_own_code(void **state) {
  (void)state;
  pid_t child = fork();
  if (child == 0) {
    close(STDERR_FILENO);
    FFH_ASSERT(1 + 1 == 3);
    _exit(FFH_EXIT_PASS);
  }
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), FFH_EXIT_INTERNAL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_and_json_are_written),
      cmocka_unit_test(a_full_buffer_says_so),
      cmocka_unit_test(identifiers_are_fnv1a),
      cmocka_unit_test(utf8_is_rfc_3629),
      cmocka_unit_test(random_numbers_stay_below_their_bound),
      cmocka_unit_test(a_broken_invariant_ends_the_process_with_its_own_code),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
