/* Threads that live on from input to input, many of them, and what a call counts. */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture_client.h"
#include "sched/sched.h"
#include "sched/thread.h"

static uint32_t passed; /* by the last job, while it was alone */

static void run_job(void *job) {
  ffh_sched_enter("job");
  (*(void (**)(void))job)();
  passed = ffh_sched_leave();
}

static const ffh_schedule every_operation = {
    .policy = FFH_POLICY_FIXED, .granularity = FFH_GRANULARITY_SYNC, .lanes = 4};

static void begin(const ffh_schedule *schedule) {
  ffh_sched_begin(schedule, &ffh_client_idle);
}

static ffh_sched_outcome one_input(void (*job)(void)) {
  begin(&every_operation);
  ffh_sched_on_lane(0, run_job, &job);
  ffh_sched_settle();
  return ffh_sched_end();
}

/* ---- from input to input ---- */

static sem_t semaphore;
static pthread_t thread;
static unsigned woken;
static uint64_t slept_ns;
static void *value;

static void *wait_for_post(void *unused) {
  (void)unused;
  while (sem_wait(&semaphore) != 0) {
  }
  woken++;
  return &woken;
}

static void start_waiter(void) {
  assert_int_equal(pthread_create(&thread, NULL, wait_for_post, NULL), 0);
}

static void post(void) {
  sem_post(&semaphore);
}

static void join(void) {
  pthread_join(thread, &value);
}

static void nothing(void) {}

static void a_thread_waits_from_input_to_input(void **state) {
  (void)state;
  sem_init(&semaphore, 0, 0);
  woken = 0;
  one_input(start_waiter);
  assert_int_equal(ffh_sched_adopted(), 1);
  one_input(nothing);
  assert_int_equal(woken, 0);
  one_input(post);
  assert_int_equal(woken, 1); /* by settling */
  assert_int_equal(ffh_sched_adopted(), 0);
  value = NULL;
  one_input(join);
  assert_ptr_equal(value, &woken);
}

static void *sleep_long(void *unused) {
  (void)unused;
  uint64_t before = ffh_now_ns();
  sleep(10);
  slept_ns = ffh_now_ns() - before;
  return NULL;
}

static void start_sleeper(void) {
  assert_int_equal(pthread_create(&thread, NULL, sleep_long, NULL), 0);
  sched_yield();
}

static void sleep_a_while(void) {
  sleep(6);
}

/* Each input begins at the same time; what is left to sleep is left. */
static void a_sleeper_has_as_long_to_go_in_the_next_input(void **state) {
  (void)state;
  slept_ns = 0;
  begin(&every_operation);
  ffh_sched_on_lane(0, run_job, &(void (*)(void)){start_sleeper});
  ffh_sched_on_lane(0, run_job, &(void (*)(void)){sleep_a_while});
  ffh_sched_end();
  assert_int_equal(ffh_sched_adopted(), 1);
  begin(&every_operation);
  uint64_t start_ns = ffh_now_ns();
  ffh_sched_on_lane(0, run_job, &(void (*)(void)){join});
  uint64_t end_ns = ffh_now_ns();
  ffh_sched_end();
  assert_int_equal(ffh_sched_adopted(), 0);
  assert_in_range(end_ns - start_ns, UINT64_C(3990000000), UINT64_C(4000000000));
}

/* ---- many ---- */

static void *count(void *counter) {
  sched_yield();
  ++*(unsigned *)counter;
  return counter;
}

static unsigned counter;

static void one_after_another(void) {
  for (unsigned i = 0; i < 3 * FFH_MAX_ADOPTED; i++) {
    pthread_create(&thread, NULL, count, &counter);
    join();
  }
}

static pthread_t together[FFH_MAX_ADOPTED];

static void all_at_once(void) {
  for (unsigned i = 0; i < FFH_MAX_ADOPTED; i++) {
    pthread_create(&together[i], NULL, count, &counter);
  }
  for (unsigned i = 0; i < FFH_MAX_ADOPTED; i++) {
    pthread_join(together[i], NULL);
  }
}

static void detached(void) {
  for (unsigned i = 0; i < 3 * FFH_MAX_ADOPTED; i++) {
    pthread_create(&thread, NULL, count, &counter);
    pthread_detach(thread);
    usleep(10);
  }
}

static void one_too_many(void) {
  pthread_t extra;
  sem_init(&semaphore, 0, 0);
  for (unsigned i = 0; i < FFH_MAX_ADOPTED; i++) {
    pthread_create(&together[i], NULL, wait_for_post, NULL);
  }
  pthread_create(&extra, NULL, count, &counter);
  pthread_join(extra, NULL);
  for (unsigned i = 0; i < FFH_MAX_ADOPTED; i++) {
    sem_post(&semaphore);
  }
  for (unsigned i = 0; i < FFH_MAX_ADOPTED; i++) {
    pthread_join(together[i], NULL);
  }
}

static void threads_make_room_when_they_end(void **state) {
  (void)state;
  static const struct {
    void (*job)(void);
    unsigned n;
  } rows[] = {{one_after_another, 3 * FFH_MAX_ADOPTED},
              {all_at_once, FFH_MAX_ADOPTED},
              {detached, 3 * FFH_MAX_ADOPTED}};
  for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    for (unsigned times = 0; times < 2; times++) {
      counter = 0;
      ffh_sched_outcome outcome = one_input(rows[i].job);
      assert_null(outcome.not_controlled);
      assert_int_equal(counter, rows[i].n);
      assert_int_equal(ffh_sched_adopted(), 0);
    }
  }
}

static void too_many_threads_are_said(void **state) {
  (void)state;
  counter = woken = 0;
  ffh_sched_outcome outcome = one_input(one_too_many);
  assert_non_null(outcome.not_controlled);
  assert_non_null(strstr(outcome.not_controlled, "pthread_create"));
  assert_int_equal(counter, 1);
  assert_int_equal(woken, FFH_MAX_ADOPTED);
  assert_null(one_input(nothing).not_controlled);
}

/* ---- what counts ---- */

static void three_points(void) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

static void quiet_points(void *unused) {
  (void)unused;
  three_points();
  sched_yield();
}

static void a_call_counts_its_points(void **state) {
  (void)state;
  one_input(three_points);
  assert_int_equal(passed, 3); /* lock, unlock, and the way back */
  one_input(start_waiter);
  one_input(post);
  assert_int_equal(passed, 2); /* the waiter went on later */
  one_input(sleep_a_while);
  one_input(join);
}

static void what_is_quiet_does_not_count(void **state) {
  (void)state;
  ffh_sched_outcome loud = one_input(three_points);
  begin(&every_operation);
  ffh_sched_quietly(quiet_points, NULL);
  assert_int_equal(ffh_sched_points(), 0);
  assert_int_equal(ffh_sched_trace_value(), 0);
  ffh_sched_on_lane(0, run_job, &(void (*)(void)){three_points});
  ffh_sched_quietly(quiet_points, NULL);
  ffh_sched_outcome outcome = ffh_sched_end();
  assert_int_equal(outcome.points, loud.points);
  assert_int_equal(outcome.trace, loud.trace);
  assert_int_equal(outcome.switches, loud.switches);
}

static int seen_lane, seen_thread;

static void note_thread(void) {
  seen_lane = ffh_sched_current_lane();
  seen_thread = ffh_sched_current_thread();
}

static void *note_thread_of_library(void *unused) {
  note_thread();
  return unused;
}

static void start_noter(void) {
  pthread_create(&thread, NULL, note_thread_of_library, NULL);
  join();
}

static void threads_have_names(void **state) {
  (void)state;
  assert_int_equal(ffh_sched_current_thread(), -1);
  one_input(note_thread);
  assert_int_equal(seen_lane, 0);
  assert_int_equal(seen_thread, 0);
  one_input(start_noter);
  assert_int_equal(seen_lane, -1);
  assert_int_equal(seen_thread, FFH_MAX_LANES); /* T1, in every input */
  one_input(start_noter);
  assert_int_equal(seen_thread, FFH_MAX_LANES);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_thread_waits_from_input_to_input),
      cmocka_unit_test(a_sleeper_has_as_long_to_go_in_the_next_input),
      cmocka_unit_test(threads_make_room_when_they_end),
      cmocka_unit_test(too_many_threads_are_said),
      cmocka_unit_test(a_call_counts_its_points),
      cmocka_unit_test(what_is_quiet_does_not_count),
      cmocka_unit_test(threads_have_names),
  };
  ffh_sched_pin(-1);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
