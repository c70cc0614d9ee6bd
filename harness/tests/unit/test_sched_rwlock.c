/* sched/mutex.c: read-write locks and spin locks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "script.h"

static void readers_and_writers(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_EVERY, "readers share",
       "A: rdlock l, yield, rwunlock l | B: rdlock l, yield, rwunlock l",
       "A rdlock=0, B rdlock=0, A rwunlock=0, B rwunlock=0"},
      {FFH_EVERY, "a writer waits for a reader",
       "A: rdlock l, yield, rwunlock l | B: wrlock l, rwunlock l",
       "A rdlock=0, A rwunlock=0, B wrlock=0, B rwunlock=0"},
      {FFH_EVERY, "a writer waits for every reader",
       "A: rdlock l, yield, yield, rwunlock l | B: wrlock l, rwunlock l | C: rdlock l, yield, "
       "rwunlock l",
       "A rdlock=0, C rdlock=0, A rwunlock=0, C rwunlock=0, B wrlock=0, B rwunlock=0"},
      {FFH_EVERY, "a reader waits for the writer",
       "A: wrlock l, yield, rwunlock l | B: rdlock l, rwunlock l",
       "A wrlock=0, A rwunlock=0, B rdlock=0, B rwunlock=0"},
      {FFH_EVERY, "a writer waits for the writer",
       "A: wrlock l, yield, rwunlock l | B: wrlock l, rwunlock l",
       "A wrlock=0, A rwunlock=0, B wrlock=0, B rwunlock=0"},
      {FFH_EVERY, "the unlock lets all readers in",
       "A: wrlock l, yield, rwunlock l | B: rdlock l, yield, rwunlock l | C: rdlock l, yield, "
       "rwunlock l",
       "A wrlock=0, A rwunlock=0, B rdlock=0, C rdlock=0, B rwunlock=0, C rwunlock=0"},
      {FFH_FIXED, "a reader may read again",
       "A: rdlock l, rdlock l, rwunlock l, rwunlock l, trywrlock l",
       "A rdlock=0, A rdlock=0, A rwunlock=0, A rwunlock=0, A trywrlock=0"},
      {FFH_FIXED, "the writer may not lock again", "A: wrlock l, wrlock l, rdlock l, rwunlock l",
       "A wrlock=0, A wrlock=EDEADLK, A rdlock=EDEADLK, A rwunlock=0"},
      {FFH_FIXED, "two locks have nothing to do with each other",
       "A: wrlock l, yield, rwunlock l | B: wrlock k, rwunlock k",
       "A wrlock=0, B wrlock=0, B rwunlock=0, A rwunlock=0"},
      {FFH_FIXED, "a free one can be destroyed", "A: rdlock l, rwunlock l, rwdestroy l",
       "A rdlock=0, A rwunlock=0, A rwdestroy=0"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void attempts(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "a reader is let in beside a reader",
       "A: rdlock l, yield, rwunlock l | B: tryrdlock l, rwunlock l",
       "A rdlock=0, B tryrdlock=0, B rwunlock=0, A rwunlock=0"},
      {FFH_FIXED, "a writer is not",
       "A: rdlock l, yield, rwunlock l, yield | B: trywrlock l, yield, trywrlock l",
       "A rdlock=0, B trywrlock=EBUSY, A rwunlock=0, B trywrlock=0"},
      {FFH_FIXED, "nobody is let in beside a writer",
       "A: wrlock l, yield, rwunlock l | B: tryrdlock l, trywrlock l",
       "A wrlock=0, B tryrdlock=EBUSY, A rwunlock=0, B trywrlock=0"},
      {FFH_FIXED, "not even itself", "A: wrlock l, tryrdlock l, trywrlock l, rwunlock l",
       "A wrlock=0, A tryrdlock=EBUSY, A trywrlock=EBUSY, A rwunlock=0"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void timed(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "a free one is had at once",
       "A: timedrdlock l 5, rwunlock l, timedwrlock l 5, rwunlock l, clockrdlock l 5, rwunlock l, "
       "clockwrlock l 5",
       "A timedrdlock=0, A rwunlock=0, A timedwrlock=0, A rwunlock=0, A clockrdlock=0, A "
       "rwunlock=0, A clockwrlock=0"},
      {FFH_FIXED, "a reader waits for the writer until the deadline",
       "A: wrlock l, sleepuntil 9, rwunlock l | B: timedrdlock l 5",
       "A wrlock=0, B timedrdlock=ETIMEDOUT@5000, A sleepuntil=0@9000, A rwunlock=0"},
      {FFH_FIXED, "a writer waits for a reader until the deadline",
       "A: rdlock l, sleepuntil 9, rwunlock l | B: timedwrlock l 5",
       "A rdlock=0, B timedwrlock=ETIMEDOUT@5000, A sleepuntil=0@9000, A rwunlock=0"},
      {FFH_FIXED, "the same by the monotonic clock",
       "A: wrlock l, sleepuntil 9, rwunlock l | B: clockrdlock l 5 | C: clockwrlock l 6",
       "A wrlock=0, B clockrdlock=ETIMEDOUT@5000, C clockwrlock=ETIMEDOUT@6000, A "
       "sleepuntil=0@9000, A rwunlock=0"},
      {FFH_FIXED, "an unlock before the deadline ends the wait",
       "A: wrlock l, sleepuntil 4, rwunlock l | B: timedrdlock l 5 | C: timedrdlock l 6",
       "A wrlock=0, A sleepuntil=0@4000, A rwunlock=0, B timedrdlock=0@4000, C timedrdlock=0@4000"},
      {FFH_FIXED, "a bad time is refused when it is not free",
       "A: wrlock l, yield, rwunlock l | B: timedrdlock l bad, timedwrlock l bad",
       "A wrlock=0, B timedrdlock=EINVAL, B timedwrlock=EINVAL, A rwunlock=0"},
      {FFH_FIXED, "the writer itself is told", "A: wrlock l, timedrdlock l 5, timedwrlock l 5",
       "A wrlock=0, A timedrdlock=EDEADLK, A timedwrlock=EDEADLK"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void spin(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_EVERY, "the second waits until the first unlocks",
       "A: spinlock i, yield, spinunlock i | B: spinlock i, spinunlock i",
       "A spinlock=0, A spinunlock=0, B spinlock=0, B spinunlock=0"},
      {FFH_EVERY, "three have it one after another",
       "A: spinlock i, yield, spinunlock i | B: spinlock i, yield, spinunlock i | C: spinlock i, "
       "yield, spinunlock i",
       "A spinlock=0, A spinunlock=0, B spinlock=0, B spinunlock=0, C spinlock=0, C spinunlock=0"},
      {FFH_FIXED, "an attempt does not wait",
       "A: spinlock i, yield, spinunlock i, yield | B: spintry i, yield, spintry i",
       "A spinlock=0, B spintry=EBUSY, A spinunlock=0, B spintry=0"},
  };
  FFH_SCRIPT_CHECK(rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(readers_and_writers),
      cmocka_unit_test(attempts),
      cmocka_unit_test(timed),
      cmocka_unit_test(spin),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
