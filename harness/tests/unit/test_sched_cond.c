/* sched/cond.c: who waits for a condition, what wakes it, and that it has the mutex again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "script.h"

static void signals(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_EVERY, "a signal ends a wait, with the mutex locked again",
       "A: lock e, wait c e, unlock e | B: lock e, yield, unlock e, nanosleep 1, signal c",
       "A lock=0, B lock=0, B unlock=0, B nanosleep=0@1001, B signal=0, A wait=0@1001, A unlock=0"},
      {FFH_FIXED, "the wait lets go of the mutex meanwhile",
       "A: lock e, wait c e, trylock e, unlock e | B: lock e, signal c, unlock e",
       "A lock=0, B lock=0, B signal=0, B unlock=0, A wait=0, A trylock=EBUSY, A unlock=0"},
      {FFH_FIXED, "who was signalled waits for the mutex",
       "A: lock e, wait c e, unlock e | B: lock e, signal c, yield, unlock e",
       "A lock=0, B lock=0, B signal=0, B unlock=0, A wait=0, A unlock=0"},
      {FFH_FIXED, "a signal wakes one",
       "A: lock m, wait c m, unlock m | B: lock m, wait c m, unlock m | C: signal c, nanosleep 1, "
       "signal c",
       "A lock=0, B lock=0, C signal=0, B wait=0, B unlock=0, C nanosleep=0@1000, C signal=0, A "
       "wait=0@1000, A unlock=0"},
      {FFH_FIXED, "two signals wake two",
       "A: lock m, wait c m, unlock m | B: lock m, wait c m, unlock m | C: signal c, signal c",
       "A lock=0, B lock=0, C signal=0, C signal=0, A wait=0, A unlock=0, B wait=0, B unlock=0"},
      {FFH_FIXED, "a broadcast wakes all, one after another",
       "A: lock m, wait c m, unlock m | B: lock m, wait c m, unlock m | C: lock m, wait c m, "
       "unlock m | D: broadcast c",
       "A lock=0, B lock=0, C lock=0, D broadcast=0, A wait=0, A unlock=0, B wait=0, B unlock=0, C "
       "wait=0, C unlock=0"},
      {FFH_FIXED, "nobody else is woken: another condition",
       "A: lock m, timedwait d m 5, unlock m | B: lock m, signal c, broadcast c, unlock m",
       "A lock=0, B lock=0, B signal=0, B broadcast=0, B unlock=0, A timedwait=ETIMEDOUT@5000, A "
       "unlock=0"},
      {FFH_FIXED, "a signal that nobody waits for is lost",
       "A: signal c, lock m, timedwait c m 5, unlock m",
       "A signal=0, A lock=0, A timedwait=ETIMEDOUT@5000, A unlock=0"},
      {FFH_FIXED, "so is a broadcast", "A: broadcast c, lock m, timedwait c m 5, unlock m",
       "A broadcast=0, A lock=0, A timedwait=ETIMEDOUT@5000, A unlock=0"},
      {FFH_FIXED, "a wait without the mutex is refused", "A: wait c e, lock e, unlock e",
       "A wait=EPERM, A lock=0, A unlock=0"},
      {FFH_FIXED, "nothing wrong with destroying one that nobody waits for",
       "A: lock m, timedwait c m 5, unlock m, conddestroy c",
       "A lock=0, A timedwait=ETIMEDOUT@5000, A unlock=0, A conddestroy=0"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void timed(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "until the deadline, with the mutex locked again",
       "A: lock e, timedwait c e 5, trylock e, unlock e",
       "A lock=0, A timedwait=ETIMEDOUT@5000, A trylock=EBUSY, A unlock=0"},
      {FFH_FIXED, "the condition has the monotonic clock", "A: lock e, timedwait a e 5, unlock e",
       "A lock=0, A timedwait=ETIMEDOUT@5000, A unlock=0"},
      {FFH_FIXED, "clockwait by either clock, whatever the condition has",
       "A: lock e, clockwait c e 5, clockwait-real c e 6, clockwait a e 7, clockwait-real a e 8, "
       "unlock e",
       "A lock=0, A clockwait=ETIMEDOUT@5000, A clockwait-real=ETIMEDOUT@6000, A "
       "clockwait=ETIMEDOUT@7000, A clockwait-real=ETIMEDOUT@8000, A unlock=0"},
      {FFH_FIXED, "a deadline in the past is over at once",
       "A: nanosleep 7, lock e, timedwait c e 5, unlock e",
       "A nanosleep=0@7000, A lock=0, A timedwait=ETIMEDOUT, A unlock=0"},
      {FFH_FIXED, "a signal before the deadline ends the wait",
       "A: lock m, timedwait c m 5, unlock m | B: sleepuntil 3, signal c",
       "A lock=0, B sleepuntil=0@3000, B signal=0, A timedwait=0@3000, A unlock=0"},
      {FFH_FIXED, "after it, it comes too late",
       "A: lock m, timedwait c m 5, unlock m | B: sleepuntil 8, signal c",
       "A lock=0, A timedwait=ETIMEDOUT@5000, A unlock=0, B sleepuntil=0@8000, B signal=0"},
      {FFH_FIXED, "who times out still waits for the mutex",
       "A: lock m, timedwait c m 5, unlock m | B: lock m, sleepuntil 9, unlock m",
       "A lock=0, B lock=0, B sleepuntil=0@9000, B unlock=0, A timedwait=ETIMEDOUT@9000, A "
       "unlock=0"},
      {FFH_FIXED, "a bad time is refused and the mutex kept",
       "A: lock e, timedwait c e bad, clockwait c e bad, unlock e",
       "A lock=0, A timedwait=EINVAL, A clockwait=EINVAL, A unlock=0"},
  };
  FFH_SCRIPT_CHECK(rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(signals),
      cmocka_unit_test(timed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
