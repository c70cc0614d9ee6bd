/* sched/adopt.c: threads that the library starts, from their start to their end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "script.h"

static void joining(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_EVERY, "the value of the function", "A: start T1, join T1 | T1: yield",
       "A start=0, A value=101, A join=0"},
      {FFH_EVERY, "the value of pthread_exit", "A: start T1, join T1 | T1: exit 7, yield",
       "A start=0, A value=7, A join=0"},
      {FFH_EVERY, "two, in any order",
       "A: start T1, start T2, join T2, join T1 | T1: yield | T2: yield",
       "A start=0, A start=0, A value=102, A join=0, A value=101, A join=0"},
      {FFH_EVERY, "a thread that a thread started",
       "A: start T1, join T1 | T1: start T2, join T2 | T2: yield",
       "A start=0, T1 start=0, T1 value=102, T1 join=0, A value=101, A join=0"},
      {FFH_EVERY, "another thread than its parent may join it",
       "A: start T1, post s | B: semwait s, join T1 | T1: yield",
       "A start=0, A post=0, B semwait=0, B value=101, B join=0"},
      {FFH_FIXED, "oneself", "A: start T1, join T1 | T1: joinself",
       "A start=0, T1 joinself=EDEADLK, A value=101, A join=0"},
      {FFH_FIXED, "an attempt while it runs, and after",
       "A: start T1, tryjoin T1, nanosleep 1, tryjoin T1 | T1: yield",
       "A start=0, A tryjoin=EBUSY, A nanosleep=0@1000, A value=101, A tryjoin=0"},
      {FFH_FIXED, "until a deadline",
       "A: start T1, timedjoin T1 3, clockjoin T1 5, join T1 | T1: nanosleep 9",
       "A start=0, A timedjoin=ETIMEDOUT@3000, A clockjoin=ETIMEDOUT@5000, T1 nanosleep=0@9000, A "
       "value=101@9000, A join=0"},
      {FFH_FIXED, "before the deadline", "A: start T1, timedjoin T1 3 | T1: nanosleep 2",
       "A start=0, T1 nanosleep=0@2000, A value=101@2000, A timedjoin=0"},
      {FFH_FIXED, "a bad time", "A: start T1, timedjoin T1 bad, join T1 | T1: yield",
       "A start=0, A timedjoin=EINVAL, A value=101, A join=0"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void detaching(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "a detached one cannot be joined or detached",
       "A: start T1, detach T1, join T1, detach T1, post s | T1: semwait s",
       "A start=0, A detach=0, A join=EINVAL, A detach=EINVAL, A post=0, T1 semwait=0"},
      {FFH_FIXED, "started that way",
       "A: startdetached T1, join T1, detach T1, post s | T1: semwait s",
       "A startdetached=0, A join=EINVAL, A detach=EINVAL, A post=0, T1 semwait=0"},
      {FFH_EVERY, "before its end", "A: start T1, detach T1 | T1: yield", "A start=0, A detach=0"},
      {FFH_FIXED, "after its end", "A: start T1, nanosleep 1, detach T1 | T1: yield",
       "A start=0, A nanosleep=0@1000, A detach=0"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void ending(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_EVERY, "destructors of thread-specific data run before it is gone",
       "A: start T1, yield, post s, join T1 | T1: specific s",
       "A start=0, A post=0, T1 destructor=0, A value=101, A join=0"},
      {FFH_EVERY, "destructors of thread-local objects run before it is gone",
       "A: start T1, yield, post s, join T1 | T1: threadlocal s",
       "A start=0, A post=0, T1 thread_local=0, A value=101, A join=0"},
      {FFH_FIXED, "thread-local objects first",
       "A: start T1, join T1 | T1: specific s1, threadlocal s2",
       "A start=0, T1 thread_local=0, T1 destructor=0, A value=101, A join=0"},
      {FFH_FIXED, "after pthread_exit too", "A: start T1, join T1 | T1: specific s1, exit 3",
       "A start=0, T1 destructor=0, A value=3, A join=0"},
      {FFH_FIXED, "others run while a destructor waits",
       "A: start T1, nanosleep 1, tryjoin T1, post s, join T1 | T1: specific s",
       "A start=0, A nanosleep=0@1000, A tryjoin=EBUSY, A post=0, T1 destructor=0@1000, A "
       "value=101, A join=0"},
  };
  FFH_SCRIPT_CHECK(rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(joining),
      cmocka_unit_test(detaching),
      cmocka_unit_test(ending),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
