/* check/callbacks: who may be called back, when, where and how often, told in events. */
#include "check/callbacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { WATCH, CREATE, EACH, ONCE, N_FUNCTIONS };
enum { OWNER, DONE, N_SLOTS };

static ffh_callbacks state;
static ffh_callback said[N_FUNCTIONS];
static ffh_slot slots[N_FUNCTIONS][N_SLOTS];
static ffh_function functions[N_FUNCTIONS];
static ffh_target target;
static ffh_value values[4][N_SLOTS];
static ffh_frame frames[4];
static ffh_verdict verdict;
static const char cookie_a, cookie_b;

static void describe(unsigned f, const char *name, ffh_threading threading, ffh_until until) {
  static const uint16_t reenters[] = {EACH};
  said[f] = (ffh_callback){.threading = (uint8_t)threading,
                           .until = (uint8_t)until,
                           .until_slot = OWNER,
                           .n_impls = 1,
                           .reenters = reenters,
                           .n_reenters = 1};
  slots[f][OWNER] = (ffh_slot){.name = "owner", .kind = FFH_KIND_HANDLE, .parent = FFH_NONE};
  slots[f][DONE] = (ffh_slot){
      .name = "done", .kind = FFH_KIND_CALLBACK, .parent = FFH_NONE, .callback = &said[f]};
  functions[f] = (ffh_function){.name = name, .n_slots = N_SLOTS, .slots = slots[f]};
}

static int set_up(void **unused) {
  (void)unused;
  describe(WATCH, "watch", FFH_THREADING_SHARED, FFH_UNTIL_DESTROY);
  describe(CREATE, "create", FFH_THREADING_ROLE, FFH_UNTIL_DESTROY);
  slots[CREATE][OWNER].flags = FFH_SLOT_CREATES;
  said[CREATE].role = 3;
  describe(EACH, "each", FFH_THREADING_INHERIT, FFH_UNTIL_RETURN);
  describe(ONCE, "once", FFH_THREADING_INHERIT, FFH_UNTIL_DESTROY);
  said[ONCE].once = 1;
  target = (ffh_target){.functions = functions, .n_functions = N_FUNCTIONS};
  ffh_callbacks_begin(&state);
  return 0;
}

/* Call `call` runs on lane 1, which is thread 2. */
static const ffh_frame *registered(uint16_t call, unsigned function, uint16_t owner,
                                   const void *cookie) {
  values[call][OWNER] = (ffh_value){.variable = owner};
  values[call][DONE] = (ffh_value){.variable = FFH_NO_VARIABLE};
  frames[call] = (ffh_frame){.function = &functions[function],
                             .values = values[call],
                             .index = call,
                             .lane = 1,
                             .outcome = FFH_OUTCOME_DIED};
  ffh_callbacks_register(&state, &frames[call], 2, cookie);
  return &frames[call];
}

static ffh_rule returned(uint16_t call, ffh_outcome outcome) {
  frames[call].outcome = outcome;
  ffh_callbacks_returned(&state, &frames[call], &verdict);
  return verdict.rule;
}

static ffh_rule ended(uint16_t variable) {
  ffh_callbacks_ended(&state, variable, &verdict);
  return verdict.rule;
}

static ffh_rule called(unsigned function, const void *cookie, uint32_t thread, uint8_t lane) {
  const ffh_edge edge = {.function = (uint16_t)function, .slot = DONE};
  const ffh_called_back event = {&edge, cookie, thread, lane, 2};
  ffh_callbacks_entered(&state, &target, &event, &verdict);
  return verdict.rule;
}

static void after_the_destroy_it_is_late(void **unused) {
  (void)unused;
  registered(0, WATCH, 5, &cookie_a);
  assert_int_equal(called(WATCH, &cookie_a, 9, FFH_NO_LANE), FFH_RULE_NONE);
  assert_int_equal(returned(0, FFH_OUTCOME_OK), FFH_RULE_NONE);
  assert_int_equal(called(WATCH, &cookie_a, 9, FFH_NO_LANE), FFH_RULE_NONE);
  assert_int_equal(ended(4), FFH_RULE_NONE);
  assert_int_equal(called(WATCH, &cookie_a, 9, FFH_NO_LANE), FFH_RULE_NONE);
  assert_int_equal(ended(5), FFH_RULE_NONE);
  assert_int_equal(called(WATCH, &cookie_a, 9, FFH_NO_LANE), FFH_CALLBACK_LATE);
  assert_string_equal(
      verdict.message,
      "the callback watch.done, registered by call 0 on lane B, was called after h5 "
      "had been destroyed");
  assert_int_equal(verdict.slot, DONE);
}

static void the_cookie_tells_registrations_apart(void **unused) {
  (void)unused;
  registered(0, WATCH, 5, &cookie_a);
  returned(0, FFH_OUTCOME_OK);
  registered(1, WATCH, 6, &cookie_b);
  returned(1, FFH_OUTCOME_OK);
  ended(5);
  assert_int_equal(called(WATCH, &cookie_b, 9, FFH_NO_LANE), FFH_RULE_NONE);
  assert_int_equal(called(WATCH, &cookie_a, 9, FFH_NO_LANE), FFH_CALLBACK_LATE);
  /* Without one, it may be the registration that is still there. */
  assert_int_equal(called(WATCH, NULL, 9, FFH_NO_LANE), FFH_RULE_NONE);
  ended(6);
  assert_int_equal(called(WATCH, NULL, 9, FFH_NO_LANE), FFH_CALLBACK_LATE);
}

static void a_callback_of_a_call_ends_with_it(void **unused) {
  (void)unused;
  registered(0, EACH, 5, NULL);
  assert_int_equal(called(EACH, NULL, 2, 1), FFH_RULE_NONE);
  assert_int_equal(called(EACH, NULL, 9, FFH_NO_LANE), FFH_CALLBACK_THREAD);
  assert_int_equal(called(EACH, NULL, 1, 0), FFH_CALLBACK_THREAD);
  returned(0, FFH_OUTCOME_FAILED);
  assert_int_equal(called(EACH, NULL, 2, 1), FFH_CALLBACK_LATE);
  assert_non_null(strstr(verdict.message, "after that call had come back"));
}

static void what_no_one_registered_is_not_judged(void **unused) {
  (void)unused;
  assert_int_equal(called(EACH, NULL, 2, 1), FFH_RULE_NONE);
  registered(0, EACH, 5, NULL);
  returned(0, FFH_OUTCOME_OK);
  state.is_full = true;
  assert_int_equal(called(EACH, NULL, 2, 1), FFH_RULE_NONE);
}

static void a_create_that_failed_has_no_callback(void **unused) {
  (void)unused;
  registered(0, CREATE, 5, &cookie_a);
  assert_int_equal(called(CREATE, &cookie_a, 2, 1), FFH_RULE_NONE);
  returned(0, FFH_OUTCOME_FAILED);
  assert_int_equal(called(CREATE, &cookie_a, 2, 1), FFH_CALLBACK_LATE);
  assert_non_null(strstr(verdict.message, "after that call had failed"));
}

static void a_role_is_played_by_its_lane(void **unused) {
  (void)unused;
  registered(0, CREATE, 5, &cookie_a);
  returned(0, FFH_OUTCOME_OK);
  assert_int_equal(called(CREATE, &cookie_a, 2, 1), FFH_RULE_NONE); /* role 3, two lanes */
  assert_int_equal(called(CREATE, &cookie_a, 1, 0), FFH_CALLBACK_THREAD);
  assert_int_equal(called(CREATE, &cookie_a, 9, FFH_NO_LANE), FFH_CALLBACK_THREAD);
  assert_non_null(strstr(verdict.message, "does not play its role"));
}

static void main_is_lane_a_whatever_its_number(void **unused) {
  (void)unused;
  static const char *const roles[] = {"executor", "main"};
  target.roles = roles;
  target.n_roles = 2;
  said[CREATE].role = 1;
  registered(0, CREATE, 5, &cookie_a);
  returned(0, FFH_OUTCOME_OK);
  assert_int_equal(called(CREATE, &cookie_a, 1, 0), FFH_RULE_NONE);
  assert_int_equal(called(CREATE, &cookie_a, 2, 1), FFH_CALLBACK_THREAD);
}

static void once_is_once(void **unused) {
  (void)unused;
  registered(0, ONCE, 5, &cookie_a);
  returned(0, FFH_OUTCOME_OK);
  assert_int_equal(called(ONCE, &cookie_a, 1, 0), FFH_RULE_NONE);
  assert_int_equal(called(ONCE, &cookie_a, 1, 0), FFH_CALLBACK_COUNT);
  assert_int_equal(ended(5), FFH_RULE_NONE);
}

static void once_is_not_never(void **unused) {
  (void)unused;
  registered(0, ONCE, 5, &cookie_a);
  returned(0, FFH_OUTCOME_OK);
  ffh_callbacks_finish(&state, &verdict);
  assert_int_equal(verdict.rule, FFH_CALLBACK_COUNT);
  assert_int_equal(ended(5), FFH_CALLBACK_COUNT);
  /* A request that was refused owes nothing. */
  registered(1, ONCE, 6, &cookie_b);
  returned(1, FFH_OUTCOME_FAILED);
  assert_int_equal(ended(6), FFH_RULE_NONE);
  ffh_callbacks_finish(&state, &verdict);
  assert_int_equal(verdict.rule, FFH_RULE_NONE);
}

static void null_is_no_registration(void **unused) {
  (void)unused;
  registered(0, EACH, 5, NULL);
  state.n = 0;
  values[0][DONE].form = FFH_FORM_NULL;
  ffh_callbacks_register(&state, &frames[0], 2, NULL);
  values[0][DONE] = (ffh_value){.number = UINT64_MAX};
  ffh_callbacks_register(&state, &frames[0], 2, NULL);
  assert_int_equal(state.n, 0);
}

static void only_what_is_listed_is_called_back(void **unused) {
  (void)unused;
  const ffh_edge edge = {.name = "watch.done", .function = WATCH, .slot = DONE};
  const ffh_edge reset = {.name = "reset", .function = FFH_NONE, .slot = FFH_NONE};
  ffh_callbacks_reentered(&target, &edge, &functions[EACH], &verdict);
  assert_int_equal(verdict.rule, FFH_RULE_NONE);
  ffh_callbacks_reentered(&target, &edge, &functions[ONCE], &verdict);
  assert_int_equal(verdict.rule, FFH_REENTRY);
  ffh_callbacks_reentered(&target, &reset, &functions[ONCE], &verdict);
  assert_int_equal(verdict.rule, FFH_RULE_NONE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(after_the_destroy_it_is_late, set_up),
      cmocka_unit_test_setup(the_cookie_tells_registrations_apart, set_up),
      cmocka_unit_test_setup(a_callback_of_a_call_ends_with_it, set_up),
      cmocka_unit_test_setup(what_no_one_registered_is_not_judged, set_up),
      cmocka_unit_test_setup(a_create_that_failed_has_no_callback, set_up),
      cmocka_unit_test_setup(a_role_is_played_by_its_lane, set_up),
      cmocka_unit_test_setup(main_is_lane_a_whatever_its_number, set_up),
      cmocka_unit_test_setup(once_is_once, set_up),
      cmocka_unit_test_setup(once_is_not_never, set_up),
      cmocka_unit_test_setup(null_is_no_registration, set_up),
      cmocka_unit_test_setup(only_what_is_listed_is_called_back, set_up)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
