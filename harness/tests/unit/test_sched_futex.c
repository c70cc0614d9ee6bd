/* sched/futex.c: futex(2) through libc's syscall(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "script.h"

static void waiting(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "another value than expected", "A: fwait f 1, set f 1, fwait f 0",
       "A fwait=EAGAIN, A fwait=EAGAIN"},
      {FFH_FIXED, "no bits to wait for", "A: fwaitbits f 0 0", "A fwaitbits=EINVAL"},
      {FFH_FIXED, "a wait ends with a wake", "A: fwait f 0 | B: fwake f 1", "B fwake=1, A fwait=0"},
      {FFH_FIXED, "not with a wake of another word", "A: fwait f 0 5 | B: fwake g 9",
       "B fwake=0, A fwait=ETIMEDOUT@5000"},
      {FFH_FIXED, "a plain timeout is relative", "A: nanosleep 2, fwait f 0 5",
       "A nanosleep=0@2000, A fwait=ETIMEDOUT@7000"},
      {FFH_FIXED, "with bits it is absolute",
       "A: nanosleep 2, fwaitbits f 0 1 5, fwaitbits-real f 0 1 6",
       "A nanosleep=0@2000, A fwaitbits=ETIMEDOUT@5000, A fwaitbits-real=ETIMEDOUT@6000"},
      {FFH_FIXED, "a timeout in the past", "A: nanosleep 7, fwaitbits f 0 1 5",
       "A nanosleep=0@7000, A fwaitbits=ETIMEDOUT"},
      {FFH_FIXED, "a bad time", "A: fwaitbits f 0 1 bad", "A fwaitbits=EINVAL"},
      {FFH_FIXED, "a changed value is not looked at again",
       "A: fwait f 0 | B: set f 1, nanosleep 1, fwake f 1",
       "B nanosleep=0@1000, B fwake=1, A fwait=0@1000"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void waking(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "nobody", "A: fwake f 9", "A fwake=0"},
      {FFH_FIXED, "as many as there are", "A: fwait f 0 | B: fwait f 0 | C: fwake f 9",
       "C fwake=2, A fwait=0, B fwait=0"},
      {FFH_FIXED, "as many as asked for, the longest waiting first",
       "A: nanosleep 1, fwait f 0 | B: fwait f 0 | C: sleepuntil 5, fwake f 1, nanosleep 1, fwake "
       "f 1",
       "A nanosleep=0@1000, C sleepuntil=0@5000, C fwake=1, B fwait=0@5000, C nanosleep=0@6000, C "
       "fwake=1, A fwait=0@6000"},
      {FFH_FIXED, "only those who wait for one of the bits",
       "A: fwaitbits f 0 1 | B: fwaitbits f 0 6 | C: fwakebits f 9 2, nanosleep 1, fwakebits f 9 "
       "8, fwake f 9",
       "C fwakebits=1, B fwaitbits=0, C nanosleep=0@1000, C fwakebits=0, C fwake=1, A "
       "fwaitbits=0@1000"},
      {FFH_FIXED, "no bits to wake", "A: fwakebits f 1 0", "A fwakebits=EINVAL"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void requeueing(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "one is woken, the rest moves",
       "A: fwait f 0 | B: fwait f 0 | C: fwait f 0 | D: frequeue f 1 9 g, fwake f 9, nanosleep 1, "
       "fwake g 1, nanosleep 1, fwake g 9",
       "D frequeue=3, D fwake=0, A fwait=0, D nanosleep=0@1000, D fwake=1, B fwait=0@1000, D "
       "nanosleep=0@2000, D fwake=1, C fwait=0@2000"},
      {FFH_FIXED, "no more than asked for",
       "A: fwait f 0 | B: fwait f 0 | C: fwait f 0 | D: frequeue f 0 2 g, fwake g 9, fwake f 9",
       "D frequeue=2, D fwake=2, D fwake=1, A fwait=0, B fwait=0, C fwait=0"},
      {FFH_FIXED, "compared first", "A: fwait f 0 | B: fcmp f 1 1 g 7, fcmp f 1 1 g 0",
       "B fcmp=EAGAIN, B fcmp=1, A fwait=0"},
      {FFH_FIXED, "a moved one keeps its timeout", "A: fwait f 0 5 | B: fcmp f 0 1 g 0",
       "B fcmp=1, A fwait=ETIMEDOUT@5000"},
      {FFH_FIXED, "nobody", "A: fcmp f 1 1 g 0", "A fcmp=0"},
      {FFH_FIXED, "what is not modelled is said", "A: flockpi f",
       "A flockpi=0; not controlled: futex: an operation that is not modelled"},
  };
  FFH_SCRIPT_CHECK(rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(waiting),
      cmocka_unit_test(waking),
      cmocka_unit_test(requeueing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
