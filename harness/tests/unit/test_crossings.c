/* What is said of who leaves the boundary's frames, and who sees it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/stack.h"
#include "check/crossings.h"
#include "ffh/target.h"

static const ffh_edge call = {.name = "put", .to = FFH_SIDE_LIBRARY, .kind = FFH_EDGE_CALL};
static const ffh_edge callback = {
    .name = "put.done", .to = FFH_SIDE_CALLER, .kind = FFH_EDGE_CALLBACK};
static const ffh_edge legacy = {.name = "inner", .to = FFH_SIDE_LEGACY, .kind = FFH_EDGE_LEGACY};

static void expect(ffh_unwinding how, const ffh_edge *edge, const char *type, ffh_rule rule,
                   const char *message) {
  ffh_unwound unwound = {.how = how, .edge = edge, .type = type};
  ffh_verdict verdict;
  ffh_crossings_check(&unwound, &verdict);
  assert_int_equal(verdict.rule, rule);
  assert_string_equal(verdict.message, message);
  assert_int_equal(verdict.n_evidence, 0);
}

static void out_of_the_library_it_is_the_librarys(void **state) {
  (void)state;
  expect(FFH_UNWINDING_RUST, &call, NULL, FFH_UNWIND, "a Rust panic left put");
  expect(FFH_UNWINDING_CXX, &call, NULL, FFH_UNWIND, "a C++ exception left put");
  expect(FFH_UNWINDING_FOREIGN, &call, NULL, FFH_UNWIND,
         "an exception of another language than C++ and Rust left put");
  expect(FFH_UNWINDING_THREAD, &call, NULL, FFH_THREAD_EXIT,
         "put ended the thread that called it (pthread_exit or a cancellation)");
  expect(FFH_UNWINDING_JUMP, &call, NULL, FFH_LONGJMP,
         "longjmp left put, which a callback had called, and with it the callback");
}

static void out_of_a_callback_it_is_the_targets(void **state) {
  (void)state;
  expect(FFH_UNWINDING_CXX, &callback, "St9bad_alloc", FFH_CALLBACK_ESCAPE,
         "the implementation of the callback put.done threw a C++ exception of type "
         "std::bad_alloc: callbacks must return");
  expect(FFH_UNWINDING_JUMP, &callback, NULL, FFH_CALLBACK_ESCAPE,
         "the implementation of the callback put.done was left by longjmp: callbacks must return");
  expect(FFH_UNWINDING_THREAD, &callback, NULL, FFH_CALLBACK_ESCAPE,
         "the implementation of the callback put.done was left by the end of its thread "
         "(pthread_exit or a cancellation): callbacks must return");
}

static void types_are_told_as_they_are_written(void **state) {
  (void)state;
  static const char *const cases[][2] = {{"St13runtime_error", "std::runtime_error"},
                                         {"N5store3api5errorE", "store::api::error"},
                                         {"7problem", "problem"},
                                         {"NSt10filesystem5errorE", "std::filesystem::error"},
                                         {"i", "i"},
                                         {"3BoxIiE", "3BoxIiE"},
                                         {"99short", "99short"},
                                         {"N3one", "N3one"},
                                         {"", ""}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    ffh_unwound unwound = {.how = FFH_UNWINDING_CXX, .edge = &call, .type = cases[i][0]};
    ffh_verdict verdict;
    ffh_crossings_check(&unwound, &verdict);
    const char *shown = strstr(verdict.message, " of type ");
    assert_non_null(shown);
    shown += sizeof " of type " - 1;
    assert_memory_equal(shown, cases[i][1], strlen(cases[i][1]));
    assert_string_equal(shown + strlen(cases[i][1]), " left put");
  }
}

static void the_stack_begins_at_who_threw(void **state) {
  (void)state;
  ffh_unwound unwound = {.how = FFH_UNWINDING_RUST, .edge = &call, .n_frames = 20};
  for (unsigned i = 0; i < unwound.n_frames; i++) {
    unwound.frames[i] = i + 1;
  }
  ffh_verdict verdict;
  ffh_crossings_check(&unwound, &verdict);
  assert_int_equal(verdict.n_evidence, 1);
  assert_string_equal(verdict.evidence[0].title, "panicked");
  assert_int_equal(verdict.evidence[0].frames[0], 9);
  assert_int_equal(verdict.evidence[0].n_frames, 12);
  unwound.n_frames = 7;
  ffh_crossings_check(&unwound, &verdict);
  assert_int_equal(verdict.evidence[0].frames[0], 2);
  assert_int_equal(verdict.evidence[0].n_frames, 6);
}

/* ---- the list of crossings ---- */

static unsigned seen;
static const ffh_edge *seen_edge;

static void see(const ffh_unwound *unwound) {
  assert_int_equal(unwound->how, FFH_UNWINDING_JUMP);
  seen++;
  seen_edge = unwound->edge;
}

static jmp_buf away;

__attribute__((noinline)) static void cross_and_jump(const ffh_edge *inner) {
  ffh_crossing crossing;
  ffh_cross_in(&crossing, inner);
  longjmp(away, 1);
}

static void jump_over(const ffh_edge *outer, const ffh_edge *inner) {
  ffh_crossing crossing;
  ffh_cross_in(&crossing, outer);
  if (setjmp(away) == 0) {
    cross_and_jump(inner);
  }
  ffh_cross_out(&crossing);
}

static void a_jump_is_seen_when_the_frame_below_is_left(void **state) {
  (void)state;
  ffh_stack_find();
  ffh_unwind_start(see);
  seen = 0;
  jump_over(&call, &callback);
  assert_int_equal(seen, 1);
  assert_ptr_equal(seen_edge, &callback);
  assert_null(ffh_here_now.top);
  assert_int_equal(ffh_here_now.side, FFH_SIDE_HARNESS);
}

static void a_jump_inside_the_library_is_not(void **state) {
  (void)state;
  seen = 0;
  jump_over(&call, &legacy);
  assert_int_equal(seen, 0);
  assert_int_equal(ffh_here_now.side, FFH_SIDE_HARNESS);
}

static void another_stack_is_not_a_jump(void **state) {
  (void)state;
  ffh_crossing elsewhere, crossing;
  seen = 0;
  ffh_cross_in(&elsewhere, &call);
  ffh_here_now.depth = -(uintptr_t)4096; /* as on the stack of a coroutine */
  ffh_cross_in(&crossing, &callback);
  ffh_cross_out(&crossing);
  ffh_cross_out(&elsewhere);
  assert_int_equal(seen, 0);
  assert_null(ffh_here_now.top);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(out_of_the_library_it_is_the_librarys),
                                     cmocka_unit_test(out_of_a_callback_it_is_the_targets),
                                     cmocka_unit_test(types_are_told_as_they_are_written),
                                     cmocka_unit_test(the_stack_begins_at_who_threw),
                                     cmocka_unit_test(a_jump_is_seen_when_the_frame_below_is_left),
                                     cmocka_unit_test(a_jump_inside_the_library_is_not),
                                     cmocka_unit_test(another_stack_is_not_a_jump)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
