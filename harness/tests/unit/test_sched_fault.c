/* What is wrong with the way threads wait for each other is found, named, and nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "script.h"

static void deadlocks(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "two locks in opposite orders", "A: lock m, yield, lock n | B: lock n, lock m",
       "A lock=0, B lock=0; deadlock, pthread_mutex_lock n"},
      {FFH_FIXED, "of three threads",
       "A: lock m, yield, lock n | B: lock n, yield, lock e | C: lock e, lock m",
       "A lock=0, B lock=0, C lock=0; deadlock, pthread_mutex_lock n"},
      {FFH_FIXED, "a read-write lock and a mutex",
       "A: rdlock l, yield, lock m | B: lock m, wrlock l",
       "A rdlock=0, B lock=0; deadlock, pthread_mutex_lock m"},
      {FFH_FIXED, "a wait that nobody ends", "A: lock m, wait c m",
       "A lock=0; deadlock, pthread_cond_wait c"},
      {FFH_FIXED, "a semaphore that nobody posts", "A: semwait s", "; deadlock, sem_wait s"},
      {FFH_FIXED, "a barrier that one too few come to", "A: barrier b3 | B: barrier b3",
       "; deadlock, pthread_barrier_wait b3"},
      {FFH_FIXED, "a join of a thread that waits for the joiner",
       "A: start T1, lock m, join T1 | T1: lock m",
       "A start=0, A lock=0; deadlock, pthread_join ?"},
      {FFH_FIXED, "two that join each other",
       "A: start T1, start T2, post s2, join T1 | T1: join T2 | T2: join T1",
       "A start=0, A start=0, A post=0; deadlock, pthread_join ?"},
      {FFH_FIXED, "a reader that wants to write", "A: rdlock l, wrlock l",
       "A rdlock=0; deadlock, pthread_rwlock_wrlock l"},
      {FFH_FIXED, "a spin lock twice", "A: spinlock i, spinlock i",
       "A spinlock=0; deadlock, pthread_spin_lock i"},
      {FFH_FIXED, "a futex that nobody wakes", "A: fwait f 0", "; deadlock, futex f"},
      {FFH_FIXED, "of two threads, whoever waits for a wake-up that came too early",
       "A: yield, lock e, wait c e | B: signal c, lock m, yield, lock n | C: lock n, lock m",
       "B signal=0, B lock=0, C lock=0, A lock=0; deadlock, pthread_mutex_lock n"},
      {FFH_FIXED, "what others hold and wait for does not matter", "A: semwait s | B: lock m",
       "B lock=0; deadlock, sem_wait s"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void lost_wakeups(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "a signal before the wait", "A: yield, lock m, wait c m | B: signal c",
       "B signal=0, A lock=0; lost wake-up, pthread_cond_wait c"},
      {FFH_FIXED, "a broadcast before the wait", "A: yield, lock m, wait c m | B: broadcast c",
       "B broadcast=0, A lock=0; lost wake-up, pthread_cond_wait c"},
      {FFH_FIXED, "a futex wake before the wait", "A: yield, fwait f 0 | B: fwake f 1",
       "B fwake=0; lost wake-up, futex f"},
      {FFH_FIXED, "not when it came to another condition",
       "A: yield, lock m, wait c m | B: signal d",
       "B signal=0, A lock=0; deadlock, pthread_cond_wait c"},
      {FFH_FIXED, "one signal for two",
       "A: lock m, wait c m, unlock m | B: lock m, wait c m, unlock m | C: signal c",
       "A lock=0, B lock=0, C signal=0, B wait=0, B unlock=0; deadlock, pthread_cond_wait c"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void livelocks(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "yields without end", "A: yields f 1 | B: yields f 1",
       "; livelock, sched_yield -"},
      {FFH_FIXED, "looks at a clock without end", "A: looks f 1", "; livelock, clock_gettime -"},
      {FFH_FIXED, "sleeps without end", "A: naps f 1 | B: semwait s", "; livelock, usleep -"},
      {FFH_FIXED, "attempts at a lock that nobody unlocks", "A: lock m, semwait s | B: trylocks m",
       "A lock=0; livelock, pthread_mutex_trylock -"},
      {FFH_EVERY, "not when another ends them",
       "A: yields f 1, looks f 2, naps f 3, post s, trylocks m | B: lock m, yield, yield, set f 1, "
       "yield, set f 2, yield, set f 3, semwait s, unlock m",
       "B lock=0, A yields=0, A looks=0, A naps=0, A post=0, B semwait=0, B unlock=0, A "
       "trylocks=0"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void misuse(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "a second lock of a normal mutex", "A: lock m, lock m",
       "A lock=0; self-deadlock, pthread_mutex_lock m"},
      {FFH_FIXED, "an unlock of a mutex that another holds", "A: lock m, yield | B: unlock m",
       "A lock=0; unlock by a non-owner, pthread_mutex_unlock m"},
      {FFH_FIXED, "an unlock of a free mutex", "A: unlock m",
       "; unlock by a non-owner, pthread_mutex_unlock m"},
      {FFH_FIXED, "an unlock of a free read-write lock", "A: rwunlock l",
       "; unlock by a non-owner, pthread_rwlock_unlock l"},
      {FFH_FIXED, "an unlock of what another writes",
       "A: wrlock l, yield, rwunlock l | B: rwunlock l",
       "A wrlock=0; unlock by a non-owner, pthread_rwlock_unlock l"},
      {FFH_FIXED, "destroyed while another holds it", "A: lock m, yield, unlock m | B: destroy m",
       "A lock=0; destroyed while held, pthread_mutex_destroy m"},
      {FFH_FIXED, "destroyed while it holds it itself", "A: lock m, destroy m",
       "A lock=0; destroyed while held, pthread_mutex_destroy m"},
      {FFH_FIXED, "a read-write lock destroyed while it is read",
       "A: rdlock l, yield, rwunlock l | B: rwdestroy l",
       "A rdlock=0; destroyed while held, pthread_rwlock_destroy l"},
      {FFH_FIXED, "a barrier destroyed while somebody waits",
       "A: barrier b2 | B: barrierdestroy b2",
       "; destroyed while held, pthread_barrier_destroy b2"},
      {FFH_FIXED, "a lock in freed memory", "A: lock h",
       "; lock on freed memory, pthread_mutex_lock h"},
      {FFH_FIXED, "an attempt at one", "A: trylock h",
       "; lock on freed memory, pthread_mutex_trylock h"},
      {FFH_FIXED, "an unlock of one", "A: unlock h",
       "; lock on freed memory, pthread_mutex_unlock h"},
  };
  FFH_SCRIPT_CHECK(rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(deadlocks),
      cmocka_unit_test(lost_wakeups),
      cmocka_unit_test(livelocks),
      cmocka_unit_test(misuse),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
