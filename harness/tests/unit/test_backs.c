/* Callbacks at the inner edge: which trampoline stands for which function, and on which threads
 * they run. */
#include "ffh/back.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "check/confine.h"

/* ---- trampolines ---- */

/* Addresses are all that counts. */
static char places[FFH_BACKS], functions_of_facade[FFH_BACKS + 2];
#define AT(address) ((void (*)(void))(uintptr_t)(address))
static void (*trampolines[FFH_BACKS])(void);
static ffh_backs backs;

static int no_trampolines_taken(void **state) {
  (void)state;
  memset(&backs, 0, sizeof backs);
  backs.trampolines = trampolines;
  for (unsigned i = 0; i < FFH_BACKS; i++) {
    trampolines[i] = AT(&places[i]);
  }
  ffh_backs_full = 0;
  return 0;
}

static void (*pass(const ffh_back_param *param, unsigned which, uint64_t side))(void) {
  return ffh_back_for(&backs, param, AT(&functions_of_facade[which]), side);
}

static void a_function_has_one_trampoline(void **state) {
  (void)state;
  assert_true(pass(NULL, 0, FFH_SIDE_LIBRARY) == trampolines[0]);
  assert_true(pass(NULL, 1, FFH_SIDE_LIBRARY) == trampolines[1]);
  assert_true(pass(NULL, 0, FFH_SIDE_LIBRARY) == trampolines[0]);
  assert_true(ffh_back_function(&backs.passed[0]) == AT(&functions_of_facade[0]));
  /* Of another side it is another one. */
  assert_true(pass(NULL, 0, FFH_SIDE_CALLER) == trampolines[2]);
}

static void some_pointers_stay(void **state) {
  (void)state;
  assert_true(ffh_back_for(&backs, NULL, NULL, FFH_SIDE_LIBRARY) == NULL);
  assert_true(pass(NULL, 0, FFH_SIDE_LEGACY) == AT(&functions_of_facade[0]));
  assert_true(ffh_back_for(&backs, NULL, trampolines[3], FFH_SIDE_LIBRARY) == trampolines[3]);
  assert_int_equal(backs.passed[0].key, 0);
}

static void a_full_pool_passes_on_and_counts(void **state) {
  (void)state;
  for (unsigned i = 0; i < FFH_BACKS; i++) {
    assert_true(pass(NULL, i, FFH_SIDE_LIBRARY) == trampolines[i]);
  }
  assert_int_equal(ffh_backs_full, 0);
  assert_true(pass(NULL, FFH_BACKS, FFH_SIDE_LIBRARY) == AT(&functions_of_facade[FFH_BACKS]));
  assert_true(pass(NULL, 0, FFH_SIDE_LIBRARY) == trampolines[0]);
  assert_int_equal(ffh_backs_full, 1);
}

static void what_it_was_passed_for_is_kept(void **state) {
  (void)state;
  static const ffh_back_param params[FFH_BACK_PARAMS + 1];
  for (unsigned i = 0; i < FFH_BACK_PARAMS; i++) {
    (void)pass(&params[i], 0, FFH_SIDE_LIBRARY);
    (void)pass(&params[i], 0, FFH_SIDE_LIBRARY);
    assert_ptr_equal(backs.passed[0].params[i], &params[i]);
  }
  assert_false(backs.passed[0].open);
  (void)pass(&params[FFH_BACK_PARAMS], 0, FFH_SIDE_LIBRARY);
  assert_true(backs.passed[0].open);
  (void)pass(NULL, 1, FFH_SIDE_LIBRARY);
  assert_true(backs.passed[1].open);
}

/* ---- threads ---- */

static const ffh_callback by_call = {.threading = FFH_THREADING_INHERIT, .until = FFH_UNTIL_RETURN};
static const ffh_callback kept = {.threading = FFH_THREADING_INHERIT, .until = FFH_UNTIL_DESTROY};
static const ffh_callback by_role = {.threading = FFH_THREADING_ROLE};
#define SLOTS(callback_)                                                  \
  {{.name = "each", .kind = FFH_KIND_CALLBACK, .callback = &(callback_)}, \
   {.name = "data", .kind = FFH_KIND_USERDATA, .param = 1}}
static const ffh_slot slots[][2] = {SLOTS(by_call), SLOTS(kept), SLOTS(by_role)};
enum { VISIT, WATCH, STRIKE, FUNCTIONS };
#define FUNCTION(index)     \
  {.name = "function",      \
   .slots = slots[index],   \
   .n_slots = 2,            \
   .flags = FFH_FN_LEGACY,  \
   .plays = FFH_NONE,       \
   .result_slot = FFH_NONE, \
   .threading = FFH_THREADING_INHERIT}
static const ffh_function functions[] = {FUNCTION(VISIT), FUNCTION(WATCH), FUNCTION(STRIKE)};
static const ffh_back_param params[] = {{.function = &functions[VISIT]},
                                        {.function = &functions[WATCH]},
                                        {.function = &functions[STRIKE]}};
static const char *const roles[] = {"smith"};
static const ffh_target target = {
    .functions = functions, .n_functions = FUNCTIONS, .roles = roles, .n_roles = 1};
static ffh_confine confine;
static ffh_verdict verdict;

static void print(ffh_out *out, ffh_actor thread) {
  ffh_out_unsigned(out, thread.id);
}

static int fresh(void **state) {
  (void)state;
  memset(&confine, 0, sizeof confine);
  ffh_confine_start(&confine, &target, print);
  ffh_confine_begin_input(&confine);
  return 0;
}

static void call(ffh_inner_kind kind, unsigned function, uint32_t thread, uintptr_t cookie) {
  const ffh_word args[] = {{.cp = &functions_of_facade[0]}, {.u = cookie}}, result = {.u = 0};
  ffh_inner_event event = {.kind = (uint8_t)kind,
                           .thread = {thread, FFH_NONE},
                           .function = &functions[function],
                           .args = args,
                           .result = &result};
  (void)ffh_confine_see(&confine, &event, &verdict);
  assert_int_equal(verdict.rule, FFH_RULE_NONE);
}

#define ENTER(function, thread, cookie) call(FFH_INNER_ENTER, function, thread, cookie)
#define LEAVE(function, thread, cookie) call(FFH_INNER_LEAVE, function, thread, cookie)

static ffh_rule back(const ffh_back_param *const *of, uint32_t thread, uintptr_t cookie,
                     bool outside) {
  ffh_inner_back told = {.function = &functions_of_facade[0],
                         .cookie = (const void *)cookie,
                         .params = of,
                         .outside = outside};
  ffh_inner_event event = {
      .kind = FFH_INNER_CALLED_BACK, .thread = {thread, FFH_NONE}, .back = &told};
  (void)ffh_confine_see(&confine, &event, &verdict);
  return verdict.rule;
}

static const ffh_back_param *const visit[] = {&params[VISIT], NULL};
static const ffh_back_param *const watch[] = {&params[WATCH], NULL};
static const ffh_back_param *const strike[] = {&params[STRIKE], NULL};
static const ffh_back_param *const both[] = {&params[VISIT], &params[WATCH], NULL};

static void until_the_call_returns_it_is_its_thread(void **state) {
  (void)state;
  ENTER(VISIT, 1, 8);
  assert_int_equal(back(visit, 1, 8, false), FFH_RULE_NONE);
  assert_int_equal(back(visit, 2, 8, false), FFH_CALLBACK_THREAD);
  assert_int_equal(verdict.n_evidence, 2);
  assert_non_null(strstr(verdict.evidence[1].title, "passed by"));
  /* Passed for something else too, which allows it. */
  assert_int_equal(back(both, 2, 8, false), FFH_RULE_NONE);
  LEAVE(VISIT, 1, 8);
  assert_int_equal(back(visit, 2, 8, false), FFH_RULE_NONE);
}

static void the_user_data_tells_calls_apart(void **state) {
  (void)state;
  ENTER(VISIT, 1, 8);
  ENTER(VISIT, 2, 9);
  assert_int_equal(back(visit, 2, 9, false), FFH_RULE_NONE);
  assert_int_equal(back(visit, 2, 8, false), FFH_CALLBACK_THREAD);
  /* What no call has passed tells nothing. */
  assert_int_equal(back(visit, 2, 7, false), FFH_RULE_NONE);
  assert_int_equal(back(visit, 3, 7, false), FFH_CALLBACK_THREAD);
  LEAVE(VISIT, 2, 9);
  assert_int_equal(back(visit, 1, 9, false), FFH_RULE_NONE);
}

static void calls_inside_each_other_end_one_by_one(void **state) {
  (void)state;
  ENTER(VISIT, 1, 8);
  ENTER(VISIT, 1, 8);
  LEAVE(VISIT, 1, 8);
  assert_int_equal(back(visit, 2, 8, false), FFH_CALLBACK_THREAD);
  call(FFH_INNER_UNWOUND, VISIT, 1, 8);
  assert_int_equal(back(visit, 2, 8, false), FFH_RULE_NONE);
}

static void too_many_calls_are_not_judged(void **state) {
  (void)state;
  for (unsigned i = 0; i < FFH_CONFINE_PASSED + 1; i++) {
    ENTER(VISIT, 1, 8);
  }
  assert_int_equal(back(visit, 2, 8, false), FFH_RULE_NONE);
}

static void kept_ones_run_inside_of_calls(void **state) {
  (void)state;
  ENTER(WATCH, 1, 8);
  LEAVE(WATCH, 1, 8);
  assert_int_equal(back(watch, 2, 8, false), FFH_RULE_NONE);
  assert_int_equal(back(watch, 2, 8, true), FFH_CALLBACK_THREAD);
}

static void a_role_is_played_by_one_thread(void **state) {
  (void)state;
  assert_int_equal(back(strike, 2, 8, true), FFH_RULE_NONE); /* nobody plays it */
  ffh_confine_cast(&confine, 0, (ffh_actor){1, 0});
  assert_int_equal(back(strike, 1, 8, true), FFH_RULE_NONE);
  assert_int_equal(back(strike, 2, 8, false), FFH_CALLBACK_THREAD);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_function_has_one_trampoline, no_trampolines_taken),
      cmocka_unit_test_setup(some_pointers_stay, no_trampolines_taken),
      cmocka_unit_test_setup(a_full_pool_passes_on_and_counts, no_trampolines_taken),
      cmocka_unit_test_setup(what_it_was_passed_for_is_kept, no_trampolines_taken),
      cmocka_unit_test_setup(until_the_call_returns_it_is_its_thread, fresh),
      cmocka_unit_test_setup(the_user_data_tells_calls_apart, fresh),
      cmocka_unit_test_setup(calls_inside_each_other_end_one_by_one, fresh),
      cmocka_unit_test_setup(too_many_calls_are_not_judged, fresh),
      cmocka_unit_test_setup(kept_ones_run_inside_of_calls, fresh),
      cmocka_unit_test_setup(a_role_is_played_by_one_thread, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
