#include "run/selftest.h"

#include "base/assert.h"
#include "base/out.h"
#include "run.h"

static void fail(const char *checker, const char *what) {
  static char text[160];
  ffh_out out = {text, 0, sizeof text, false};
  ffh_out_str(&out, "start-up self-test: the checker of ");
  ffh_out_str(&out, checker);
  ffh_out_str(&out, what);
  ffh_internal(__FILE_NAME__, __LINE__, text);
}

unsigned ffh_run_self_tests(void) {
  unsigned n = 0;
  for (unsigned i = 0; i < ffh_selftest_count; i++) {
    n += ffh_selftests[i].is_there == NULL || ffh_selftests[i].is_there();
  }
  return n;
}

void ffh_run_self_test(void) {
  for (unsigned i = 0; i < ffh_selftest_count; i++) {
    const ffh_selftest *test = &ffh_selftests[i];
    if (test->is_there != NULL && !test->is_there()) {
      continue;
    }
    if (!test->speaks(true)) {
      fail(test->checker, " is silent about the fault that was planted for it");
    }
    if (test->speaks(false)) {
      fail(test->checker, " speaks of what is correct");
    }
  }
}
