/* sched/mutex.c: what a mutex of each type does to one, two and three threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "script.h"

static void normal(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_EVERY, "the second waits until the first unlocks",
       "A: lock m, yield, unlock m | B: lock m, unlock m",
       "A lock=0, A unlock=0, B lock=0, B unlock=0"},
      {FFH_EVERY, "who waits gets it when it is chosen, not when it is unlocked",
       "A: lock m, yield, unlock m, lock m, unlock m | B: lock m, unlock m",
       "A lock=0, A unlock=0, A lock=0, A unlock=0, B lock=0, B unlock=0"},
      {FFH_EVERY, "three have it one after another",
       "A: lock m, yield, unlock m | B: lock m, yield, unlock m | C: lock m, yield, unlock m",
       "A lock=0, A unlock=0, B lock=0, B unlock=0, C lock=0, C unlock=0"},
      {FFH_EVERY, "two mutexes have nothing to do with each other",
       "A: lock m, yield, unlock m | B: lock n, unlock n",
       "A lock=0, B lock=0, B unlock=0, A unlock=0"},
      {FFH_FIXED, "trylock does not wait",
       "A: lock m, yield, unlock m | B: trylock m, yield, trylock m",
       "A lock=0, B trylock=EBUSY, A unlock=0, B trylock=0"},
      {FFH_FIXED, "trylock of one's own is busy", "A: lock m, trylock m, unlock m",
       "A lock=0, A trylock=EBUSY, A unlock=0"},
      {FFH_FIXED, "an unlocked one can be destroyed", "A: lock m, unlock m, destroy m",
       "A lock=0, A unlock=0, A destroy=0"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void timed(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "a free mutex is had at once", "A: timedlock m 5, unlock m",
       "A timedlock=0, A unlock=0"},
      {FFH_FIXED, "the time does not matter when it is free", "A: timedlock m bad, unlock m",
       "A timedlock=0, A unlock=0"},
      {FFH_FIXED, "a bad time is refused when it is not",
       "A: lock m, yield, unlock m | B: timedlock m bad",
       "A lock=0, B timedlock=EINVAL, A unlock=0"},
      {FFH_FIXED, "it waits until the deadline and no longer",
       "A: lock m, sleepuntil 9, unlock m | B: timedlock m 5",
       "A lock=0, B timedlock=ETIMEDOUT@5000, A sleepuntil=0@9000, A unlock=0"},
      {FFH_FIXED, "a deadline in the past is over at once",
       "A: lock m, nanosleep 3, sleepuntil 9, unlock m | B: sleepuntil 4, timedlock m 1",
       "A lock=0, A nanosleep=0@3000, B sleepuntil=0@4000, B timedlock=ETIMEDOUT, "
       "A sleepuntil=0@9000, A unlock=0"},
      {FFH_FIXED, "an unlock before the deadline ends the wait",
       "A: lock m, sleepuntil 4, unlock m | B: timedlock m 5, unlock m",
       "A lock=0, A sleepuntil=0@4000, A unlock=0, B timedlock=0@4000, B unlock=0"},
      {FFH_FIXED, "two deadlines pass in their order",
       "A: lock m, sleepuntil 9, unlock m | B: timedlock m 6 | C: timedlock m 5",
       "A lock=0, C timedlock=ETIMEDOUT@5000, B timedlock=ETIMEDOUT@6000, A sleepuntil=0@9000, "
       "A unlock=0"},
      {FFH_FIXED, "clocklock by the monotonic clock",
       "A: lock m, sleepuntil 9, unlock m | B: clocklock m 5",
       "A lock=0, B clocklock=ETIMEDOUT@5000, A sleepuntil=0@9000, A unlock=0"},
      {FFH_FIXED, "clocklock by the real-time clock",
       "A: lock m, sleepuntil 9, unlock m | B: clocklock-real m 5",
       "A lock=0, B clocklock-real=ETIMEDOUT@5000, A sleepuntil=0@9000, A unlock=0"},
      {FFH_FIXED, "a timed lock of one's own normal mutex times out",
       "A: lock m, timedlock m 5, unlock m", "A lock=0, A timedlock=ETIMEDOUT@5000, A unlock=0"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void recursive(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "the owner may lock again", "A: lock r, lock r, trylock r, timedlock r 5",
       "A lock=0, A lock=0, A trylock=0, A timedlock=0"},
      {FFH_EVERY, "it is free after as many unlocks",
       "A: lock r, lock r, unlock r, yield, unlock r | B: lock r, unlock r",
       "A lock=0, A lock=0, A unlock=0, A unlock=0, B lock=0, B unlock=0"},
      {FFH_FIXED, "another's trylock is busy until then",
       "A: lock r, lock r, unlock r, yield, unlock r, yield | B: trylock r, yield, trylock r",
       "A lock=0, A lock=0, A unlock=0, B trylock=EBUSY, A unlock=0, B trylock=0"},
      {FFH_FIXED, "a foreign unlock is refused", "A: lock r, yield, unlock r | B: unlock r",
       "A lock=0, B unlock=EPERM, A unlock=0"},
      {FFH_FIXED, "one unlock too many is refused", "A: lock r, unlock r, unlock r",
       "A lock=0, A unlock=0, A unlock=EPERM"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void error_checking(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "the owner's second lock is refused", "A: lock e, lock e, unlock e",
       "A lock=0, A lock=EDEADLK, A unlock=0"},
      {FFH_FIXED, "so is its timed lock", "A: lock e, timedlock e 5, unlock e",
       "A lock=0, A timedlock=EDEADLK, A unlock=0"},
      {FFH_FIXED, "its trylock is busy", "A: lock e, trylock e, unlock e",
       "A lock=0, A trylock=EBUSY, A unlock=0"},
      {FFH_EVERY, "another waits", "A: lock e, yield, unlock e | B: lock e, unlock e",
       "A lock=0, A unlock=0, B lock=0, B unlock=0"},
      {FFH_FIXED, "a foreign unlock is refused", "A: lock e, yield, unlock e | B: unlock e",
       "A lock=0, B unlock=EPERM, A unlock=0"},
      {FFH_FIXED, "an unlock of a free one is refused", "A: unlock e", "A unlock=EPERM"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void robust(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_EVERY, "the next learns that the owner died and can repair it",
       "A: start T1, join T1, lock u, consistent u, unlock u, lock u, unlock u | T1: lock u",
       "A start=0, T1 lock=0, A value=101, A join=0, A lock=EOWNERDEAD, A consistent=0, A "
       "unlock=0, "
       "A lock=0, A unlock=0"},
      {FFH_FIXED, "who waits learns it too",
       "A: start T1, yield, lock u, join T1 | T1: lock u, nanosleep 2",
       "A start=0, T1 lock=0, T1 nanosleep=0@2001, A lock=EOWNERDEAD@2001, A value=101, A join=0"},
      {FFH_FIXED, "without repair it is lost for good",
       "A: start T1, join T1, lock u, unlock u, lock u | T1: lock u",
       "A start=0, T1 lock=0, A value=101, A join=0, A lock=EOWNERDEAD, A unlock=0, "
       "A lock=ENOTRECOVERABLE"},
  };
  FFH_SCRIPT_CHECK(rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(normal),         cmocka_unit_test(timed),  cmocka_unit_test(recursive),
      cmocka_unit_test(error_checking), cmocka_unit_test(robust),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
