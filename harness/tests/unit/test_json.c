/* report/json: a finding, with what the handles and the arguments were. */
#include "report/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "boundary/handles.h"
#include "fixture_target.h"

static ffh_plan *plan;
static ffh_frame lanes[FFH_MAX_LANES];
static ffh_event events[200];
static ffh_verdict verdict;
static ffh_finding finding;
static char scratch[4096], report[1 << 16];

static uint16_t function(const char *name) {
  return ffh_fixture_function(ffh_fixture_target(), name);
}

static int fresh(void **state) {
  (void)state;
  static const char text[] =
      "ffihammer plan 1 target=fixture\n"
      "schedule random seed=0x1 lanes=2 stickiness=1\n"
      "A: h0 = store_open(path=\"a\")\n"
      "B: store_put(store=h0, key=\"k\")\n";
  ffh_text_error error;
  if (plan == NULL) {
    plan = ffh_plan_new();
  }
  if (!ffh_plan_parse(ffh_fixture_target(), text, sizeof text - 1, plan, &error)) {
    fail_msg("%u:%u: %s", error.line, error.column, error.message);
  }
  memset(lanes, 0, sizeof lanes);
  ffh_handles_reset(plan->n_variables);
  verdict = (ffh_verdict){.rule = FFH_CONST_WRITE, .slot = 1, .message = "changed \"it\"\n"};
  finding = (ffh_finding){.plan = plan,
                          .verdict = &verdict,
                          .lanes = lanes,
                          .events = events,
                          .trace = 0xabc,
                          .phase = "call",
                          .thread = "lane B"};
  return 0;
}

static void take_frame(unsigned call, unsigned lane) {
  lanes[lane] = (ffh_frame){.plan = plan,
                            .call = &plan->calls[call],
                            .function = ffh_plan_function(plan, &plan->calls[call]),
                            .values = ffh_plan_values(plan, &plan->calls[call]),
                            .index = (uint16_t)call,
                            .lane = (uint8_t)lane};
}

static const char *write_report(void) {
  ffh_out out = {report, 0, sizeof report, false};
  ffh_report_json(&finding, scratch, sizeof scratch, &out);
  assert_false(out.truncated);
  assert_string_equal(report + out.size - 2, "}\n");
  return report;
}

static void assert_has(const char *part) {
  if (strstr(report, part) == NULL) {
    fail_msg("no %s in %s", part, report);
  }
}

static void assert_has_not(const char *part) {
  if (strstr(report, part) != NULL) {
    fail_msg("%s in %s", part, report);
  }
}

static void a_finding_without_a_call(void **state) {
  (void)state;
  verdict = (ffh_verdict){.rule = FFH_LEAK, .slot = FFH_NONE, .message = "memory is left"};
  finding.phase = "leak check";
  write_report();
  assert_has("{\"rule\": \"FFH-LEAK\", \"message\": \"memory is left\", \"target\": \"fixture\"");
  assert_has("\"phase\": \"leak check\", \"thread\": \"lane B\", \"trace\": \"0xabc\"");
  assert_has("\"in_flight\": [], \"history\": [], \"order\": []");
  assert_has("\"plan\": \"ffihammer plan 1 target=fixture\\n");
  assert_has_not("\"function\"");
  assert_has_not("\"argument\"");
}

static void the_call_and_its_parameter(void **state) {
  (void)state;
  take_frame(1, 1);
  finding.frame = &lanes[1];
  write_report();
  assert_has("\"message\": \"changed \\\"it\\\"\\n\"");
  assert_has("\"function\": \"store_put\", \"call\": 1, \"lane\": \"B\"");
  assert_has("\"parameter\": \"key\"");
  assert_has("\"handles\": []"); /* the store is not born yet */
  verdict.slot = FFH_NONE;
  write_report();
  assert_has_not("\"parameter\": \"key\"");
}

static void allocations_that_failed(void **state) {
  (void)state;
  write_report();
  assert_has_not("failed_allocations");
  take_frame(1, 1);
  lanes[1].outcome = FFH_OUTCOME_DIED;
  lanes[1].failing = (ffh_failing){.wanted = 4, .failed = 4};
  events[0] = (ffh_event){.call = 0, .outcome = FFH_OUTCOME_FAILED, .failed_allocation = 2};
  finding.n_events = 1;
  finding.frame = &lanes[1]; /* once, although it is also in flight */
  write_report();
  assert_has(
      "\"failed_allocations\": [{\"allocation\": 2, \"in\": {\"call\": 0, \"function\": "
      "\"store_open\", \"lane\": \"A\"}}, {\"allocation\": 4, \"in\": {\"call\": 1, \"function\": "
      "\"store_put\", \"lane\": \"B\"}}]");
  lanes[1] = (ffh_frame){.plan = NULL};
}

static void note_end(uint16_t variable) {
  (void)variable;
}

/* The variable that the store is. */
static uint16_t store(void) {
  return ffh_plan_values(plan, &plan->calls[1])[0].variable;
}

static void the_life_of_a_handle(void **state) {
  (void)state;
  static int object;
  take_frame(1, 1);
  finding.frame = &lanes[1];
  ffh_handles_born(store(), &object, FFH_FIXTURE_STORE, 0, 0);
  write_report();
  assert_has("\"type\": \"store\", \"state\": \"live\"");
  assert_has(
      "\"owner\": \"A\", \"created_by\": {\"call\": 0, \"function\": \"store_open\", "
      "\"lane\": \"A\"}}");
  assert_has_not("destroyed_by");
  ffh_handles_died(store(), 1, note_end);
  write_report();
  assert_has("\"state\": \"dead\"");
  assert_has("\"destroyed_by\": {\"call\": 1, \"function\": \"store_put\", \"lane\": \"B\"}");
}

static void a_handle_ended_by_teardown(void **state) {
  (void)state;
  static int object;
  take_frame(1, 1);
  finding.frame = &lanes[1];
  ffh_handles_born(store(), &object, FFH_FIXTURE_STORE, 0, 0);
  ffh_handles_died(store(), 9, note_end);
  write_report();
  assert_has("\"destroyed_by\": {\"call\": 9, \"function\": \"the harness's teardown\"}");
}

static void the_argument_that_a_report_is_about(void **state) {
  (void)state;
  ffh_region region = {.size = 3, .call = 1, .slot = 1, .live = true};
  finding.region = &region;
  write_report();
  assert_has(
      "\"argument\": {\"given_by\": {\"call\": 1, \"function\": \"store_put\", "
      "\"lane\": \"B\"}, \"parameter\": \"key\"");
  assert_has("\"size\": 3, \"borrowed\": true}");
  region.live = false;
  region.call = 9; /* a teardown call: its function is not in the plan */
  write_report();
  assert_has("\"borrowed\": false}");
  assert_has("the harness's teardown");
  finding.region = NULL;
}

static void calls_in_flight(void **state) {
  (void)state;
  take_frame(0, 0);
  take_frame(1, 1);
  lanes[0].outcome = FFH_OUTCOME_OK;
  lanes[1].outcome = FFH_OUTCOME_DIED;
  write_report();
  assert_has("\"in_flight\": [{\"function\": \"store_put\", \"call\": 1, \"lane\": \"B\"");
  assert_has_not("\"function\": \"store_open\"");
  assert_has("\"order\": [[1, \"B\", \"in flight\"]]");
}

static void the_order_of_all_calls(void **state) {
  (void)state;
  for (uint16_t i = 0; i < 200; i++) {
    events[i] = (ffh_event){.call = i < 199 ? 1 : 7,
                            .function = function("store_put"),
                            .lane = 1,
                            .outcome = FFH_OUTCOME_OK,
                            .variable = 0,
                            .parent = FFH_NO_VARIABLE};
  }
  finding.n_events = 200;
  take_frame(0, 0);
  lanes[0].outcome = FFH_OUTCOME_FAILED;
  finding.frame = &lanes[0];
  write_report();
  assert_has("\"order\": [[1, \"B\", \"ok\"], [1, \"B\", \"ok\"], ");
  assert_has("[7, \"B\", \"ok\", \"store_put\", \"h0\"], [0, \"A\", \"failed\"]]");
}

static void the_last_64_events(void **state) {
  (void)state;
  for (uint16_t i = 0; i < 200; i++) {
    events[i] = (ffh_event){.call = (uint16_t)(1000 + i),
                            .function = function("cursor_new"),
                            .lane = 1,
                            .outcome = i % 2 == 0 ? FFH_OUTCOME_FAILED : FFH_OUTCOME_SKIPPED,
                            .status = i};
  }
  finding.events = events;
  finding.n_events = 200;
  write_report();
  assert_has_not("\"call\": 1135,");
  assert_has(
      "\"history\": [{\"call\": 1136, \"lane\": \"B\", \"function\": \"cursor_new\", "
      "\"outcome\": \"failed\", \"status\": 136}");
  assert_has(
      "{\"call\": 1199, \"lane\": \"B\", \"function\": \"cursor_new\", "
      "\"outcome\": \"skipped\"}]");
}

static void a_sanitizers_finding_has_no_rule(void **state) {
  (void)state;
  verdict = (ffh_verdict){.rule = FFH_RULE_NONE, .slot = FFH_NONE};
  write_report();
  assert_has("{\"rule\": \"\", \"message\": \"\"");
}

static void too_small_a_buffer_is_said(void **state) {
  (void)state;
  char small[64];
  ffh_out out = {small, 0, sizeof small, false};
  ffh_report_json(&finding, scratch, sizeof scratch, &out);
  assert_true(out.truncated);
  assert_int_equal(small[out.size], '\0');
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_finding_without_a_call, fresh),
      cmocka_unit_test_setup(the_call_and_its_parameter, fresh),
      cmocka_unit_test_setup(allocations_that_failed, fresh),
      cmocka_unit_test_setup(the_life_of_a_handle, fresh),
      cmocka_unit_test_setup(a_handle_ended_by_teardown, fresh),
      cmocka_unit_test_setup(the_argument_that_a_report_is_about, fresh),
      cmocka_unit_test_setup(calls_in_flight, fresh),
      cmocka_unit_test_setup(the_last_64_events, fresh),
      cmocka_unit_test_setup(the_order_of_all_calls, fresh),
      cmocka_unit_test_setup(a_sanitizers_finding_has_no_rule, fresh),
      cmocka_unit_test_setup(too_small_a_buffer_is_said, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
