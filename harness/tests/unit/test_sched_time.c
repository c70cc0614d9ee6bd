/* sched/clock.c: time is virtual and randomness is the schedule's. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture_client.h"
#include "sched/sched.h"
#include "script.h"

static void sleeping(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "each function sleeps as long as it is told, and no longer",
       "A: nanosleep 3, usleep 4, sleep 2, clocksleep 5",
       "A nanosleep=0@3000, A usleep=0@7000, A sleep=0@2007000, A clocksleep=0@2012000"},
      {FFH_FIXED, "until a time, by either clock",
       "A: nanosleep 3, sleepuntil 5, sleepuntil-real 8",
       "A nanosleep=0@3000, A sleepuntil=0@5000, A sleepuntil-real=0@8000"},
      {FFH_FIXED, "a time in the past is no sleep",
       "A: nanosleep 3, sleepuntil 2, sleepuntil-real 1",
       "A nanosleep=0@3000, A sleepuntil=0, A sleepuntil-real=0"},
      {FFH_FIXED, "what is no time is refused", "A: nanosleep bad, clocksleep bad, sleepuntil bad",
       "A nanosleep=EINVAL, A clocksleep=EINVAL, A sleepuntil=EINVAL"},
      {FFH_EVERY, "who has to sleep less is back first",
       "A: nanosleep 3 | B: nanosleep 1 | C: nanosleep 2",
       "B nanosleep=0@1000, C nanosleep=0@2000, A nanosleep=0@3000"},
      {FFH_FIXED, "time stands still while somebody can run",
       "A: nanosleep 1 | B: lock m, unlock m, lock m, unlock m, nanosleep 2",
       "B lock=0, B unlock=0, B lock=0, B unlock=0, A nanosleep=0@1000, B nanosleep=0@2000"},
  };
  FFH_SCRIPT_CHECK(rows);
}

/* ---- code under control on lane A ---- */

static void (*job)(void);

static void run_job(void *unused) {
  (void)unused;
  ffh_sched_enter("job");
  job();
  (void)ffh_sched_leave();
}

static ffh_sched_outcome under_control(void (*fn)(void), uint32_t seed) {
  ffh_schedule schedule = {
      .policy = FFH_POLICY_FIXED, .granularity = FFH_GRANULARITY_SYNC, .lanes = 1, .seed = seed};
  job = fn;
  ffh_sched_begin(&schedule, &ffh_client_idle);
  ffh_sched_on_lane(0, run_job, NULL);
  return ffh_sched_end();
}

static uint64_t ns_of(struct timespec time) {
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static struct refusals {
  int lock, wait, semaphore, sleep, own, get, boot_wait, boot_sleep;
} refusals;

static void use_other_clocks(void) {
  enum { NO_CLOCK = 99 };
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  static sem_t semaphore;
  struct timespec at = {0, 1};
  pthread_mutex_lock(&mutex);
  refusals = (struct refusals){
      .lock = pthread_mutex_clocklock(&mutex, NO_CLOCK, &at),
      .wait = pthread_cond_clockwait(&condition, &mutex, NO_CLOCK, &at),
      .boot_wait = pthread_cond_clockwait(&condition, &mutex, CLOCK_BOOTTIME, &at),
      .semaphore = sem_clockwait(&semaphore, NO_CLOCK, &at) == -1 ? errno : 0,
      .sleep = clock_nanosleep(NO_CLOCK, 0, &at, NULL),
      .own = clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &at, NULL),
      .boot_sleep = clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &at, NULL),
      .get = clock_gettime(NO_CLOCK, &at) == -1 ? errno : 0,
  };
  pthread_mutex_unlock(&mutex);
}

static void what_is_no_clock_is_refused(void **state) {
  (void)state;
  under_control(use_other_clocks, 1);
  assert_int_equal(refusals.lock, EINVAL);
  assert_int_equal(refusals.wait, EINVAL);
  assert_int_equal(refusals.boot_wait, EINVAL);
  assert_int_equal(refusals.semaphore, EINVAL);
  assert_int_equal(refusals.sleep, EINVAL);
  assert_int_equal(refusals.own, EINVAL);
  assert_int_equal(refusals.boot_sleep, 0);
  assert_int_equal(refusals.get, EINVAL);
  struct refusals modelled = refusals;
  use_other_clocks();
  assert_memory_equal(&refusals, &modelled, sizeof modelled);
}

static struct looks {
  uint64_t monotonic, later, real, boot, after_sleep;
  struct timeval day;
  time_t seconds, stored;
} looks;

static uint64_t look(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return ns_of(time);
}

static void look_at_clocks(void) {
  looks.monotonic = look(CLOCK_MONOTONIC);
  looks.later = look(CLOCK_MONOTONIC);
  looks.real = look(CLOCK_REALTIME);
  looks.boot = look(CLOCK_BOOTTIME);
  gettimeofday(&looks.day, NULL);
  looks.seconds = time(&looks.stored);
  sleep(3600);
  looks.after_sleep = look(CLOCK_MONOTONIC);
}

static void clocks_run_alike(void **state) {
  (void)state;
  under_control(look_at_clocks, 1);
  assert_true(looks.later > looks.monotonic);
  assert_true(looks.boot > looks.later);
  assert_true(looks.after_sleep - looks.boot >= UINT64_C(3600000000000));
  assert_true(looks.after_sleep - looks.boot < UINT64_C(3600001000000));
  /* The real-time clock is 2024, and as far ahead of the others all the time. */
  struct tm day;
  time_t seconds = (time_t)(looks.real / 1000000000);
  assert_non_null(gmtime_r(&seconds, &day));
  assert_int_equal(day.tm_year, 124);
  assert_int_equal(looks.day.tv_sec, seconds);
  assert_int_equal(looks.seconds, seconds);
  assert_int_equal(looks.stored, seconds);
  uint64_t ahead = looks.real - looks.later;
  assert_true(looks.boot < looks.real - ahead + 1000000);
}

static void every_input_begins_at_the_same_time(void **state) {
  (void)state;
  under_control(look_at_clocks, 1);
  struct looks first = looks;
  for (uint32_t seed = 0; seed < 5; seed++) {
    under_control(look_at_clocks, seed);
    assert_memory_equal(&looks, &first, sizeof looks);
  }
}

static struct draws {
  unsigned char random[33], entropy[256], by_syscall[16];
  int too_much, error;
} draws;

static void draw(void) {
  static unsigned char much[257];
  assert_int_equal(getrandom(draws.random, sizeof draws.random, 0), sizeof draws.random);
  assert_int_equal(getentropy(draws.entropy, sizeof draws.entropy), 0);
  assert_int_equal(syscall(SYS_getrandom, draws.by_syscall, sizeof draws.by_syscall, 0),
                   sizeof draws.by_syscall);
  draws.too_much = getentropy(much, sizeof much);
  draws.error = errno;
}

static void random_bytes_are_of_the_seed(void **state) {
  (void)state;
  static const unsigned char zeroes[16];
  under_control(draw, 7);
  struct draws first = draws;
  assert_int_equal(first.too_much, -1);
  assert_int_equal(first.error, EIO);
  assert_memory_not_equal(first.random, zeroes, sizeof zeroes);
  assert_memory_not_equal(first.random, first.entropy, sizeof first.random);
  assert_memory_not_equal(first.by_syscall, first.random, sizeof first.by_syscall);
  under_control(draw, 7);
  assert_memory_equal(&draws, &first, sizeof draws);
  under_control(draw, 8);
  assert_memory_not_equal(draws.random, first.random, sizeof draws.random);
}

/* Without control they are libc's, and time passes by itself. */
static void others_get_the_real_ones(void **state) {
  (void)state;
  unsigned char a[16], b[16];
  assert_int_equal(getrandom(a, sizeof a, 0), sizeof a);
  assert_int_equal(getrandom(b, sizeof b, 0), sizeof b);
  assert_memory_not_equal(a, b, sizeof a);
  under_control(look_at_clocks, 1);
  assert_true(look(CLOCK_REALTIME) > looks.real);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sleeping),
      cmocka_unit_test(clocks_run_alike),
      cmocka_unit_test(what_is_no_clock_is_refused),
      cmocka_unit_test(every_input_begins_at_the_same_time),
      cmocka_unit_test(random_bytes_are_of_the_seed),
      cmocka_unit_test(others_get_the_real_ones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
