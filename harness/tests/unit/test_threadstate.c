/* What a call may not change of its thread, and on which side threads and their destructors run. */
#include <fenv.h>
#include <locale.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "check/threadstate.h"
#include "ffh/cross.h"

static ffh_verdict verdict;

static ffh_rule changed(void (*change)(void), bool with_mask) {
  ffh_thread_state before, after;
  ffh_thread_state_take(with_mask, &before);
  change();
  ffh_thread_state_take(with_mask, &after);
  ffh_thread_state_check(&before, &after, true, &verdict);
  return verdict.rule;
}

static void nothing(void) {}

static void compute(void) {
  volatile double third = 3;
  third = 1 / third; /* inexact: a flag, not the environment */
}

static void round_up(void) {
  fesetround(FE_UPWARD);
}

static void block(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void disable(void) {
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
  pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
}

static void round_and_block(void) {
  round_up();
  block();
}

static int restore(void **state) {
  (void)state;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, NULL);
  pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
  return fesetround(FE_TONEAREST);
}

static void what_is_given_back_is_fine(void **state) {
  (void)state;
  assert_int_equal(changed(nothing, true), FFH_RULE_NONE);
  assert_int_equal(changed(compute, true), FFH_RULE_NONE);
}

static void each_part_is_named(void **state) {
  (void)state;
  assert_int_equal(changed(round_up, false), FFH_THREAD_STATE);
  assert_non_null(strstr(verdict.message, "floating-point"));
  assert_int_equal(changed(disable, false), FFH_THREAD_STATE);
  assert_non_null(strstr(verdict.message, "cancelled"));
  restore(NULL);
  assert_int_equal(changed(round_and_block, true), FFH_THREAD_STATE);
  assert_non_null(strstr(verdict.message, "denormals) and the thread's signal mask"));
}

static void a_mask_that_was_not_looked_at_is_not_judged(void **state) {
  (void)state;
  assert_int_equal(changed(block, false), FFH_RULE_NONE);
}

static void the_processs_locale_may_be_anothers_doing(void **state) {
  (void)state;
  ffh_thread_state before, after;
  ffh_thread_state_take(false, &before);
  after = before;
  after.global_locale++;
  ffh_thread_state_check(&before, &after, false, &verdict);
  assert_int_equal(verdict.rule, FFH_RULE_NONE);
  ffh_thread_state_check(&before, &after, true, &verdict);
  assert_int_equal(verdict.rule, FFH_THREAD_STATE);
}

/* ---- sides ---- */

static uint8_t side_of_thread, side_of_destructor;

int __cxa_thread_atexit_impl(void (*function)(void *), void *object, void *library);

static void at_exit(void *object) {
  *(uint8_t *)object = ffh_here_now.side;
}

static void *look(void *argument) {
  side_of_thread = ffh_here_now.side;
  if (argument != NULL) {
    ffh_here_now.side = FFH_SIDE_LIBRARY;
    __cxa_thread_atexit_impl(at_exit, argument, &side_of_thread);
    ffh_here_now.side = FFH_SIDE_CALLER;
  }
  return NULL;
}

static void run_on(uint8_t side, void *argument) {
  pthread_t thread;
  ffh_here_now.side = side;
  assert_int_equal(pthread_create(&thread, NULL, look, argument), 0);
  ffh_here_now.side = FFH_SIDE_HARNESS;
  assert_int_equal(pthread_join(thread, NULL), 0);
}

static void a_thread_takes_the_side_of_who_started_it(void **state) {
  (void)state;
  run_on(FFH_SIDE_LIBRARY, NULL);
  assert_int_equal(side_of_thread, FFH_SIDE_LIBRARY);
  run_on(FFH_SIDE_CALLER, NULL);
  assert_int_equal(side_of_thread, FFH_SIDE_CALLER);
  run_on(FFH_SIDE_HARNESS, NULL);
  assert_int_equal(side_of_thread, FFH_SIDE_HARNESS);
}

static void a_destructor_runs_on_the_side_that_registered_it(void **state) {
  (void)state;
  side_of_destructor = FFH_SIDE_TAGGED;
  run_on(FFH_SIDE_CALLER, &side_of_destructor);
  assert_int_equal(side_of_destructor, FFH_SIDE_LIBRARY);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(what_is_given_back_is_fine, restore),
      cmocka_unit_test_teardown(each_part_is_named, restore),
      cmocka_unit_test_teardown(a_mask_that_was_not_looked_at_is_not_judged, restore),
      cmocka_unit_test(the_processs_locale_may_be_anothers_doing),
      cmocka_unit_test(a_thread_takes_the_side_of_who_started_it),
      cmocka_unit_test(a_destructor_runs_on_the_side_that_registered_it)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
