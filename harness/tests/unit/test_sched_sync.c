/* sched/barrier.c: barriers, onces and semaphores. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "script.h"

static void barriers(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_ANYONE, "all wait for the last, and exactly one is told",
       "A: barrier b3 | B: barrier b3 | C: yield, barrier b3",
       "C barrier=-1, A barrier=0, B barrier=0"},
      {FFH_FIXED, "the last to come is the one", "A: barrier b2 | B: barrier b2",
       "B barrier=-1, A barrier=0"},
      {FFH_FIXED, "it can be used again at once",
       "A: barrier b2, barrier b2 | B: barrier b2, barrier b2",
       "B barrier=-1, A barrier=0, A barrier=-1, B barrier=0"},
      {FFH_FIXED, "a barrier for nobody is refused", "A: barrierinit b2 0", "A barrierinit=EINVAL"},
      {FFH_FIXED, "one for one never waits", "A: barrierinit b2 1, barrier b2, barrier b2",
       "A barrierinit=0, A barrier=-1, A barrier=-1"},
      {FFH_FIXED, "it can be destroyed when nobody waits",
       "A: barrier b2, yield | B: barrier b2, barrierdestroy b2",
       "B barrier=-1, B barrierdestroy=0, A barrier=0"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void onces(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "the others wait until it has run",
       "A: semwait s2, semwait s2, yield, post s2 | B: once o | C: once o",
       "A semwait=0, A semwait=0, A post=0, B init=0, B once=0, C once=0"},
      {FFH_ANYONE, "it runs once", "A: once o | B: once o | C: once o",
       "A init=0, A once=0, B once=0, C once=0"},
      {FFH_ANYONE, "C11's too", "A: callonce q | B: callonce q, callonce q",
       "A init=0, A callonce=0, B callonce=0, B callonce=0"},
      {FFH_FIXED, "a cancelled one has not run, and the next runs it",
       "A: semwait s2, semwait s2, start T1, nanosleep 1, cancel T1, join T1, post s2, once o | "
       "T1: once o",
       "A semwait=0, A semwait=0, A start=0, A nanosleep=0@1000, A cancel=0, A value=-1, A join=0, "
       "A post=0, A init=0, A once=0"},
      {FFH_FIXED, "who waits for a cancelled one runs it itself",
       "A: semwait s2, semwait s2, start T1, start T2, nanosleep 1, cancel T1, post s2, join T1, "
       "join T2 | T1: once o | T2: once o",
       "A semwait=0, A semwait=0, A start=0, A start=0, A nanosleep=0@1000, A cancel=0, A post=0, "
       "A value=-1, A join=0, T2 init=0@1000, T2 once=0, A value=102, A join=0"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void semaphores(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "as many as it holds go on", "A: semwait s2, semwait s2, semtry s2",
       "A semwait=0, A semwait=0, A semtry=EAGAIN"},
      {FFH_EVERY, "a post lets one go on", "A: semwait s | B: post s", "B post=0, A semwait=0"},
      {FFH_FIXED, "and only one", "A: semwait s | B: semwait s | C: post s, nanosleep 1, post s",
       "C post=0, A semwait=0, C nanosleep=0@1000, C post=0, B semwait=0@1000"},
      {FFH_FIXED, "a post is kept until somebody comes", "A: post s, semtry s, semtry s",
       "A post=0, A semtry=0, A semtry=EAGAIN"},
      {FFH_FIXED, "an attempt does not wait", "A: semtry s", "A semtry=EAGAIN"},
      {FFH_FIXED, "until the deadline", "A: semtimed s 5, semclock s 7",
       "A semtimed=ETIMEDOUT@5000, A semclock=ETIMEDOUT@7000"},
      {FFH_FIXED, "a post before the deadline ends the wait",
       "A: semtimed s 5 | B: semclock s 6 | C: sleepuntil 3, post s, post s",
       "C sleepuntil=0@3000, C post=0, C post=0, A semtimed=0@3000, B semclock=0@3000"},
      {FFH_FIXED, "a bad time is refused, whether it would wait or not",
       "A: semtimed s bad, semclock s bad, semtimed s1 bad",
       "A semtimed=EINVAL, A semclock=EINVAL, A semtimed=EINVAL"},
  };
  FFH_SCRIPT_CHECK(rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(barriers),
      cmocka_unit_test(onces),
      cmocka_unit_test(semaphores),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
