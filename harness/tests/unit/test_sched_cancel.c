/* Deferred cancellation, at the operations that can wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "script.h"

static void where_it_acts(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "in a condition wait",
       "A: start T1, nanosleep 1, cancel T1, join T1 | T1: lock m, wait c m",
       "A start=0, T1 lock=0, A nanosleep=0@1000, A cancel=0, A value=-1, A join=0"},
      {FFH_FIXED, "in a semaphore wait",
       "A: start T1, nanosleep 1, cancel T1, join T1 | T1: semwait s",
       "A start=0, A nanosleep=0@1000, A cancel=0, A value=-1, A join=0"},
      {FFH_FIXED, "in a join",
       "A: start T1, start T2, nanosleep 1, cancel T1, join T1, post s, join T2 | T1: join T2 | "
       "T2: semwait s",
       "A start=0, A start=0, A nanosleep=0@1000, A cancel=0, A value=-1, A join=0, A post=0, T2 "
       "semwait=0@1000, A value=102, A join=0"},
      {FFH_FIXED, "in a sleep", "A: start T1, nanosleep 1, cancel T1, join T1 | T1: nanosleep 5",
       "A start=0, A nanosleep=0@1000, A cancel=0, A value=-1, A join=0"},
      {FFH_FIXED, "in a poll", "A: start T1, nanosleep 1, cancel T1, join T1 | T1: poll v in 50",
       "A start=0, A nanosleep=0@1000, A cancel=0, A value=-1, A join=0"},
      {FFH_FIXED, "in a read", "A: start T1, nanosleep 1, cancel T1, join T1 | T1: read v",
       "A start=0, A nanosleep=0@1000, A cancel=0, A value=-1, A join=0"},
      {FFH_FIXED, "where it is asked for",
       "A: start T1, yield, cancel T1, join T1 | T1: yield, yield, testcancel",
       "A start=0, A cancel=0, A value=-1, A join=0"},
      {FFH_FIXED, "at the next wait when it came before",
       "A: start T1, yield, cancel T1, join T1 | T1: yield, lock m, unlock m, semwait s",
       "A start=0, A cancel=0, T1 lock=0, T1 unlock=0, A value=-1, A join=0"},
      {FFH_EVERY, "wherever it comes, in the end",
       "A: start T1, cancel T1, join T1 | T1: semwait s",
       "A start=0, A cancel=0, A value=-1, A join=0"},
      {FFH_FIXED, "not in a lock",
       "A: lock m, start T1, nanosleep 1, cancel T1, nanosleep 1, unlock m, join T1 | T1: lock m, "
       "unlock m, testcancel",
       "A lock=0, A start=0, A nanosleep=0@1000, A cancel=0, A nanosleep=0@2000, A unlock=0, T1 "
       "lock=0@2000, T1 unlock=0, A value=-1, A join=0"},
      {FFH_FIXED, "not in a barrier",
       "A: start T1, nanosleep 1, cancel T1, barrier b2, join T1 | T1: barrier b2, testcancel",
       "A start=0, A nanosleep=0@1000, A cancel=0, A barrier=-1, T1 barrier=0@1000, A value=-1, A "
       "join=0"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void pending(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "where a semaphore would not wait",
       "A: start T1, yield, cancel T1, join T1, semtry s1 | T1: yield, semwait s1",
       "A start=0, A cancel=0, A value=-1, A join=0, A semtry=0"},
      {FFH_FIXED, "where a timed wait would not wait",
       "A: start T1, yield, cancel T1, join T1, semtry s1 | T1: yield, semtimed s1 5",
       "A start=0, A cancel=0, A value=-1, A join=0, A semtry=0"},
      {FFH_FIXED, "where there is something to read",
       "A: write v 1, start T1, yield, cancel T1, join T1 | T1: yield, read v",
       "A write=8, A start=0, A cancel=0, A value=-1, A join=0"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void how_it_acts(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "the cleanup handler has the mutex again",
       "A: start T1, nanosleep 1, cancel T1, join T1, trylock e | T1: lock e, carefulwait c e",
       "A start=0, T1 lock=0, A nanosleep=0@1000, A cancel=0, T1 cleanup=0@1000, A value=-1, A "
       "join=0, A trylock=0"},
      {FFH_FIXED, "and waits for it",
       "A: start T1, nanosleep 1, lock e, cancel T1, nanosleep 1, unlock e, join T1 | T1: lock e, "
       "carefulwait c e",
       "A start=0, T1 lock=0, A nanosleep=0@1000, A lock=0, A cancel=0, A nanosleep=0@2000, A "
       "unlock=0, T1 cleanup=0@2000, A value=-1, A join=0"},
      {FFH_FIXED, "destructors run",
       "A: start T1, nanosleep 1, cancel T1, join T1 | T1: specific s1, semwait s",
       "A start=0, A nanosleep=0@1000, A cancel=0, T1 destructor=0@1000, A value=-1, A join=0"},
      {FFH_FIXED, "not while it is disabled",
       "A: start T1, nanosleep 1, cancel T1, post s, join T1 | T1: cancelstate off, semwait s",
       "A start=0, A nanosleep=0@1000, A cancel=0, A post=0, T1 semwait=0@1000, A value=101, A "
       "join=0"},
      {FFH_FIXED, "but as soon as it is enabled",
       "A: start T1, nanosleep 1, cancel T1, post s, join T1 | T1: cancelstate off, semwait s, "
       "cancelstate on, semwait s",
       "A start=0, A nanosleep=0@1000, A cancel=0, A post=0, T1 semwait=0@1000, A value=-1, A "
       "join=0"},
      {FFH_FIXED, "a disabled wait goes on waiting",
       "A: start T1, nanosleep 1, cancel T1, nanosleep 1, signal c, join T1 | T1: cancelstate off, "
       "lock m, wait c m, unlock m",
       "A start=0, T1 lock=0, A nanosleep=0@1000, A cancel=0, A nanosleep=0@2000, A signal=0, T1 "
       "wait=0@2000, T1 unlock=0, A value=101, A join=0"},
      {FFH_FIXED, "a sleep goes on when it is disabled",
       "A: start T1, nanosleep 1, cancel T1, join T1 | T1: cancelstate off, nanosleep 5",
       "A start=0, A nanosleep=0@1000, A cancel=0, T1 nanosleep=0@5000, A value=101@5000, A "
       "join=0"},
      {FFH_FIXED, "a destructor may wait",
       "A: start T1, nanosleep 1, cancel T1, nanosleep 1, post s, join T1 | T1: specific s, "
       "nanosleep 9",
       "A start=0, A nanosleep=0@1000, A cancel=0, A nanosleep=0@2000, A post=0, T1 "
       "destructor=0@2000, A value=-1, A join=0"},
      {FFH_FIXED, "so may one after testcancel",
       "A: start T1, yield, cancel T1, nanosleep 1, post s, join T1 | T1: specific s, yield, "
       "testcancel",
       "A start=0, A cancel=0, A nanosleep=0@1002, A post=0, T1 destructor=0@1002, A value=-1, A "
       "join=0"},
      {FFH_FIXED, "one that has ended", "A: start T1, nanosleep 1, cancel T1, join T1 | T1: yield",
       "A start=0, A nanosleep=0@1000, A cancel=0, A value=101, A join=0"},
  };
  FFH_SCRIPT_CHECK(rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(where_it_acts),
      cmocka_unit_test(pending),
      cmocka_unit_test(how_it_acts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
