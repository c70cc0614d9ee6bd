/* report/stats and report/feedback: what is counted about a call. */
#include "report/stats.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "boundary/handles.h"
#include "fixture_case.h"
#include "report/feedback.h"

/* The linker's names for the counters that libFuzzer reads. */
extern uint8_t __start___libfuzzer_extra_counters[], __stop___libfuzzer_extra_counters[];

static ffh_case *c;
static const ffh_stats_record *record; /* of the subject */

static int fresh(void **state) {
  (void)state;
  c = ffh_case_begin(4);
  assert_true(ffh_stats_start(&c->target, NULL));
  record = (const ffh_stats_record *)(ffh_stats() + 1) + FFH_CASE_SUBJECT;
  return 0;
}

static void count(ffh_outcome outcome, int64_t status) {
  if (outcome != FFH_OUTCOME_SKIPPED) {
    ffh_stats_enter(&c->frame);
  }
  c->frame.outcome = outcome;
  c->frame.status = status;
  ffh_stats_call(&c->frame);
}

static void a_call_that_never_comes_back_was_made(void **state) {
  (void)state;
  ffh_stats_enter(&c->frame);
  assert_int_equal(record->calls, 1);
  assert_int_equal(record->ok + record->failed, 0);
}

static void the_page_says_what_it_is(void **state) {
  (void)state;
  const uint8_t *at = (const uint8_t *)ffh_stats();
  assert_memory_equal(at, "FFHSTAT1", 8);
  assert_memory_equal(at + 8, "\3\0\0\0\x40\0\0\0", 8);
  assert_ptr_equal(record, at + 128);
}

static void outcomes_are_counted_apart(void **state) {
  (void)state;
  count(FFH_OUTCOME_OK, 0);
  count(FFH_OUTCOME_OK, 0);
  count(FFH_OUTCOME_FAILED, 1);
  count(FFH_OUTCOME_SKIPPED, 0);
  assert_int_equal(record->calls, 3);
  assert_int_equal(record->ok, 2);
  assert_int_equal(record->failed, 1);
  assert_int_equal(record->skipped, 1);
  assert_int_equal(ffh_stats()->calls, 3);
  assert_int_equal(ffh_stats()->skipped, 1);
  c->frame.function = &c->functions[FFH_CASE_RELEASE];
  count(FFH_OUTCOME_OK, 0);
  assert_int_equal(record[FFH_CASE_RELEASE].calls, 1);
  assert_int_equal(record->calls, 3);
}

static void failures_are_noted_by_their_place(void **state) {
  (void)state;
  static const int64_t failures[] = {4, -9, 11};
  c->function->failures = failures;
  c->function->n_failures = 3;
  count(FFH_OUTCOME_FAILED, -9);
  assert_int_equal(record->failure_mask, 2);
  count(FFH_OUTCOME_FAILED, 11);
  count(FFH_OUTCOME_FAILED, 77);
  assert_int_equal(record->failure_mask, 6);
  assert_int_equal(record->failed, 3);
}

static void malformed_forms_are_noted(void **state) {
  (void)state;
  c->function->error_kind = FFH_ERROR_BY_STATUS;
  c->call.malformed = FFH_FORM_STALE;
  count(FFH_OUTCOME_OK, 0);
  assert_int_equal(record->forms_sent, 1u << FFH_FORM_STALE);
  assert_int_equal(record->forms_refused, 0);
  c->call.malformed = FFH_FORM_NULL;
  count(FFH_OUTCOME_FAILED, 1);
  assert_int_equal(record->forms_sent, 1u << FFH_FORM_STALE | 1u << FFH_FORM_NULL);
  assert_int_equal(record->forms_refused, 1u << FFH_FORM_NULL);
  assert_int_equal(record->refused, 1);
  /* A function that cannot say no has refused when it came back. */
  c->function->error_kind = FFH_ERROR_NONE;
  count(FFH_OUTCOME_OK, 0);
  assert_int_equal(record->refused, 2);
  c->frame.call = NULL; /* teardown sends nothing malformed */
  count(FFH_OUTCOME_OK, 0);
  assert_int_equal(record->refused, 2);
}

static void counters_lie_in_a_file(void **state) {
  (void)state;
  char path[] = "/tmp/ffh-test-stats-XXXXXX";
  int fd = mkstemp(path);
  if (fd < 0) {
    fail_msg("no temporary file %s", path);
    return;
  }
  assert_true(ffh_stats_start(&c->target, path));
  count(FFH_OUTCOME_OK, 0);
  struct stat status;
  assert_int_equal(fstat(fd, &status), 0);
  assert_int_equal(status.st_size, 128 + 3 * 64);
  uint8_t page[128 + 3 * 64];
  assert_int_equal(pread(fd, page, sizeof page, 0), sizeof page);
  assert_memory_equal(page, "FFHSTAT1", 8);
  assert_memory_equal(page + 24, "\1\0\0\0\0\0\0\0", 8); /* calls */
  assert_memory_equal(page + 128, "\1\0\0\0\0\0\0\0", 8);
  close(fd);
  unlink(path);
}

static void a_file_that_cannot_be_used_is_said(void **state) {
  (void)state;
  assert_false(ffh_stats_start(&c->target, "/nonexistent/directory/stats"));
  count(FFH_OUTCOME_OK, 0); /* counted all the same, in the process */
  assert_int_equal(ffh_stats()->calls, 1);
}

/* ---- feedback ---- */

static ffh_frame idle[FFH_MAX_LANES]; /* lanes in the library, with calls of no plan */

static unsigned counters_set(void) {
  unsigned set = 0;
  for (const uint8_t *at = __start___libfuzzer_extra_counters;
       at != __stop___libfuzzer_extra_counters; at++) {
    set += *at != 0;
  }
  return set;
}

static void clear_counters(void) {
  memset(__start___libfuzzer_extra_counters, 0,
         (size_t)(__stop___libfuzzer_extra_counters - __start___libfuzzer_extra_counters));
  ffh_feedback_begin_input();
}

static unsigned news(ffh_outcome outcome, int64_t status) {
  unsigned before = counters_set();
  c->frame.outcome = outcome;
  c->frame.status = status;
  ffh_feedback_call(&c->frame);
  return counters_set() - before;
}

static void a_new_outcome_is_news_once(void **state) {
  (void)state;
  clear_counters();
  assert_int_equal(news(FFH_OUTCOME_OK, 0), 1);
  assert_int_equal(news(FFH_OUTCOME_OK, 0), 0);
  assert_int_equal(news(FFH_OUTCOME_FAILED, 1), 1);
  assert_int_equal(news(FFH_OUTCOME_FAILED, 2), 1);
  c->call.malformed = FFH_FORM_NULL;
  assert_int_equal(news(FFH_OUTCOME_FAILED, 2), 1);
}

static void skipped_and_teardown_calls_are_no_news(void **state) {
  (void)state;
  clear_counters();
  assert_int_equal(news(FFH_OUTCOME_SKIPPED, 0), 0);
  c->frame.call = NULL;
  assert_int_equal(news(FFH_OUTCOME_OK, 0), 0);
}

static void a_succession_on_one_handle_is_news(void **state) {
  (void)state;
  clear_counters();
  ffh_case_handle(c, FFH_CASE_SHARED, 1, 0);
  assert_int_equal(news(FFH_OUTCOME_OK, 0), 2); /* outcome; first use of a handle */
  assert_int_equal(news(FFH_OUTCOME_OK, 0), 1); /* again on the same one */
  assert_int_equal(news(FFH_OUTCOME_OK, 0), 0);
  c->values[0].variable = 2;
  assert_int_equal(news(FFH_OUTCOME_OK, 0), 0); /* first use, seen before */
  ffh_feedback_begin_input();
  c->values[0].variable = 1;
  assert_int_equal(news(FFH_OUTCOME_OK, 0), 0);
}

/* How many counters are new when the call begins with that many others in the library. */
static unsigned news_of_state(unsigned others) {
  unsigned before = counters_set();
  ffh_feedback_enter(&c->frame, idle, others == 0 ? 0 : (UINT64_C(1) << others) - 1);
  return counters_set() - before;
}

static void every_state_of_a_handle_is_news_once(void **state) {
  (void)state;
  clear_counters();
  ffh_case_handle(c, FFH_CASE_SHARED, 1, 0);
  ffh_handle *handle = ffh_handles_at(1);
  ffh_handles_born(1, handle, FFH_CASE_SHARED, 0, 0);
  assert_int_equal(news_of_state(0), 1);
  assert_int_equal(news_of_state(0), 0);
  handle->typestate = 1;
  assert_int_equal(news_of_state(0), 1);
  handle->keepers = 1;
  assert_int_equal(news_of_state(0), 1);
  handle->keepers = 2;
  assert_int_equal(news_of_state(0), 1);
  handle->references++;
  assert_int_equal(news_of_state(0), 1);
  handle->in_use = 2;
  assert_int_equal(news_of_state(0), 1);
  handle->state = FFH_HANDLE_DYING;
  assert_int_equal(news_of_state(0), 1);
  assert_int_equal(news_of_state(1), 1);
  assert_int_equal(news_of_state(2), 1);
  assert_int_equal(news_of_state(3), 0); /* many are many */
  assert_int_equal(news_of_state(0), 0);
  handle->keepers = 9;
  assert_int_equal(news_of_state(0), 1);
  handle->keepers = 10;
  assert_int_equal(news_of_state(0), 0);
  c->values[0].variable = FFH_NO_VARIABLE;
  assert_int_equal(news_of_state(0), 0);
}

/* The same state of another handle, and the same input again, are nothing new. */
static void a_state_is_not_an_object(void **state) {
  (void)state;
  clear_counters();
  ffh_case_handle(c, FFH_CASE_SHARED, 1, 0);
  ffh_handles_born(1, &clear_counters, FFH_CASE_SHARED, 0, 0);
  ffh_handles_born(2, &news_of_state, FFH_CASE_SHARED, 3, 0);
  assert_int_equal(news_of_state(0), 1);
  c->values[0].variable = 2;
  assert_int_equal(news_of_state(0), 0);
  ffh_feedback_begin_input();
  assert_int_equal(news_of_state(0), 0);
}

static void counters_do_not_wrap(void **state) {
  (void)state;
  clear_counters();
  for (unsigned i = 0; i < 300; i++) {
    (void)news(FFH_OUTCOME_OK, 0);
  }
  assert_int_equal(counters_set(), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(the_page_says_what_it_is, fresh),
      cmocka_unit_test_setup(a_call_that_never_comes_back_was_made, fresh),
      cmocka_unit_test_setup(outcomes_are_counted_apart, fresh),
      cmocka_unit_test_setup(failures_are_noted_by_their_place, fresh),
      cmocka_unit_test_setup(malformed_forms_are_noted, fresh),
      cmocka_unit_test_setup(counters_lie_in_a_file, fresh),
      cmocka_unit_test_setup(a_file_that_cannot_be_used_is_said, fresh),
      cmocka_unit_test_setup(a_new_outcome_is_news_once, fresh),
      cmocka_unit_test_setup(skipped_and_teardown_calls_are_no_news, fresh),
      cmocka_unit_test_setup(a_succession_on_one_handle_is_news, fresh),
      cmocka_unit_test_setup(every_state_of_a_handle_is_news_once, fresh),
      cmocka_unit_test_setup(a_state_is_not_an_object, fresh),
      cmocka_unit_test_setup(counters_do_not_wrap, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
