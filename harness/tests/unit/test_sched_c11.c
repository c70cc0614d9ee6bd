/* sched/c11.c: C11 threads. A result of 1 is thrd_busy, 2 thrd_error, 4 thrd_timedout. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "script.h"

static void mutexes(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_EVERY, "the second waits",
       "A: mtxlock x, thrdyield, mtxunlock x | B: mtxlock x, mtxunlock x",
       "A mtxlock=0, A mtxunlock=0, B mtxlock=0, B mtxunlock=0"},
      {FFH_FIXED, "an attempt does not",
       "A: mtxlock x, thrdyield, mtxunlock x | B: mtxtry x, mtxtry x",
       "A mtxlock=0, B mtxtry=1, A mtxunlock=0, B mtxtry=0"},
      {FFH_FIXED, "until a deadline", "A: mtxlock x, sleepuntil 9, mtxunlock x | B: mtxtimed x 5",
       "A mtxlock=0, B mtxtimed=4@5000, A sleepuntil=0@9000, A mtxunlock=0"},
      {FFH_FIXED, "a bad time", "A: mtxlock x, thrdyield, mtxunlock x | B: mtxtimed x bad",
       "A mtxlock=0, B mtxtimed=2, A mtxunlock=0"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void conditions(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "a signal wakes one", "A: mtxlock x, cndwait y x, mtxunlock x | B: cndsignal y",
       "A mtxlock=0, B cndsignal=0, A cndwait=0, A mtxunlock=0"},
      {FFH_FIXED, "a broadcast wakes all",
       "A: mtxlock x, cndwait y x, mtxunlock x | B: mtxlock x, cndwait y x, mtxunlock x | C: "
       "cndbroadcast y",
       "A mtxlock=0, B mtxlock=0, C cndbroadcast=0, A cndwait=0, A mtxunlock=0, B cndwait=0, B "
       "mtxunlock=0"},
      {FFH_FIXED, "until a deadline", "A: mtxlock x, cndtimed y x 5, mtxunlock x",
       "A mtxlock=0, A cndtimed=4@5000, A mtxunlock=0"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void threads(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_EVERY, "a negative result comes back", "A: thrd T1, thrdjoin T1 | T1: thrdyield",
       "A thrd=0, A value=-1, A thrdjoin=0"},
      {FFH_EVERY, "that of thrd_exit too", "A: thrd T1, thrdjoin T1 | T1: thrdexit -9",
       "A thrd=0, A value=-9, A thrdjoin=0"},
      {FFH_FIXED, "a detached one", "A: thrd T1, thrddetach T1, nanosleep 1 | T1: thrdyield",
       "A thrd=0, A thrddetach=0, A nanosleep=0@1000"},
      {FFH_FIXED, "sleeping", "A: thrdsleep 4, thrdsleep bad",
       "A thrdsleep=0@4000, A thrdsleep=-2"},
  };
  FFH_SCRIPT_CHECK(rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mutexes),
      cmocka_unit_test(conditions),
      cmocka_unit_test(threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
