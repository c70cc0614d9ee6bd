/* check/borrow: what the library returned, looked at again after each of a row of calls. */
#include "check/borrow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boundary/handles.h"
#include "fixture_case.h"

enum { OBJECT, OTHER, CHILD, MEMORY, VARIABLES };

static ffh_case *c;
static ffh_borrow borrow;
static ffh_frame frames[4]; /* one for each lane */
static char text[16];
static int objects[VARIABLES];
static const uint16_t release_fn[] = {FFH_CASE_RELEASE};

static int fresh(void **state) {
  (void)state;
  c = ffh_case_begin(VARIABLES);
  memcpy(text, "as it was", sizeof "as it was");
  for (int i = 0; i < VARIABLES; i++) {
    ffh_handles_born((uint16_t)i, &objects[i], i == MEMORY ? FFH_CASE_MEMORY : FFH_CASE_SHARED, 0,
                     0);
  }
  ffh_handles_at(CHILD)->dies_with = OBJECT;
  ffh_borrow_begin(&borrow);
  return 0;
}

/* The subject: a view of `text` from OBJECT. */
static ffh_slot *returns_view(ffh_until until) {
  ffh_case_handle(c, FFH_CASE_SHARED, OBJECT, 0);
  ffh_slot *slot = ffh_case_result(c, FFH_KIND_VIEW, 8);
  slot->until = (uint8_t)until;
  slot->until_slot = until == FFH_UNTIL_FOREVER ? FFH_NONE : 0;
  slot->until_fns = release_fn;
  slot->n_until_fns = until == FFH_UNTIL_CALL;
  slot->flags = FFH_SLOT_CONST;
  slot->lo = 1;
  c->frame.result.p = text;
  return slot;
}

static ffh_verdict said;

static ffh_frame *subject(unsigned lane) {
  frames[lane] = c->frame;
  frames[lane].lane = (uint8_t)lane;
  return &frames[lane];
}

/* A call of one of the other functions with that variable; `form` may be a malformed one. */
static ffh_frame *call_of(unsigned function, uint16_t variable, ffh_form form, unsigned lane) {
  static ffh_value values[4];
  values[lane] =
      (ffh_value){.form = (uint8_t)form, .variable = variable, .defines = FFH_NO_VARIABLE};
  frames[lane] = (ffh_frame){.plan = c->frame.plan,
                             .call = &c->call,
                             .function = &c->functions[function],
                             .values = &values[lane],
                             .index = 7,
                             .lane = (uint8_t)lane,
                             .outcome = FFH_OUTCOME_OK};
  return &frames[lane];
}

static ffh_rule enter(const ffh_frame *frame) {
  ffh_borrow_enter(&borrow, frame, &said);
  return said.rule;
}

static ffh_rule leave(const ffh_frame *frame) {
  ffh_borrow_leave(&borrow, frame, &said);
  return said.rule;
}

static ffh_rule whole(const ffh_frame *frame) {
  ffh_rule rule = enter(frame);
  return rule != FFH_RULE_NONE ? rule : leave(frame);
}

static ffh_rule other_call(void) {
  return whole(call_of(FFH_CASE_PREDICATE, OTHER, FFH_FORM_VALUE, 1));
}

static void change(void) {
  text[0] = 'A';
}

static void what_stays_is_silent(void **state) {
  (void)state;
  returns_view(FFH_UNTIL_DESTROY);
  assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
  assert_int_equal(borrow.n_views, 1);
  assert_int_equal(other_call(), FFH_RULE_NONE);
  assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
}

static void a_change_is_told_with_both_calls(void **state) {
  (void)state;
  returns_view(FFH_UNTIL_DESTROY);
  c->frame.index = 3;
  assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
  change();
  assert_int_equal(other_call(), FFH_VIEW_LOST);
  assert_non_null(strstr(said.message, "subject"));
  assert_non_null(strstr(said.message, "was changed"));
  assert_int_equal(said.n_evidence, 2);
  assert_string_equal(said.evidence[0].title, "returned by call 3 (subject), contract line 7");
  assert_string_equal(said.evidence[1].title, "lost in call 7 (predicate)");
}

static void the_terminator_belongs_to_a_text(void **state) {
  (void)state;
  returns_view(FFH_UNTIL_DESTROY);
  assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
  text[strlen(text)] = '!';
  assert_int_equal(other_call(), FFH_VIEW_LOST);
}

static void what_is_not_const_may_change(void **state) {
  (void)state;
  returns_view(FFH_UNTIL_DESTROY)->flags = 0;
  assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
  change();
  assert_int_equal(other_call(), FFH_RULE_NONE);
}

static void elements_may_change(void **state) {
  (void)state;
  returns_view(FFH_UNTIL_DESTROY)->lo = 4;
  assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
  change();
  assert_int_equal(other_call(), FFH_RULE_NONE);
}

static void freed_memory_is_told_without_reading_it(void **state) {
  (void)state;
  char *block = malloc(16);
  memcpy(block, "to be freed", sizeof "to be freed");
  returns_view(FFH_UNTIL_DESTROY)->flags = 0;
  c->frame.result.p = block;
  assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
  free(block);
  assert_int_equal(other_call(), FFH_VIEW_LOST);
  assert_non_null(strstr(said.message, "was freed"));
  assert_true(said.evidence[1].n_frames > 0);
}

static void it_is_looked_at_right_before_its_end_and_not_after(void **state) {
  (void)state;
  for (unsigned changed = 0; changed < 2; changed++) {
    fresh(NULL);
    returns_view(FFH_UNTIL_DESTROY);
    assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
    if (changed != 0) {
      change();
    }
    ffh_handles_at(OBJECT)->state = FFH_HANDLE_DYING;
    ffh_frame *destroy = call_of(FFH_CASE_RELEASE, OBJECT, FFH_FORM_VALUE, 0);
    assert_int_equal(enter(destroy), changed != 0 ? FFH_VIEW_LOST : FFH_RULE_NONE);
    if (changed == 0) {
      change();
      assert_int_equal(leave(destroy), FFH_RULE_NONE);
      assert_int_equal(other_call(), FFH_RULE_NONE);
    }
  }
  assert_string_equal(said.evidence[1].title, "lost before call 7 (release)");
}

static void it_ends_with_what_its_handle_dies_with(void **state) {
  (void)state;
  returns_view(FFH_UNTIL_DESTROY);
  c->values[0].variable = CHILD;
  assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
  ffh_handles_at(OBJECT)->state = FFH_HANDLE_DYING;
  ffh_frame *destroy = call_of(FFH_CASE_RELEASE, OBJECT, FFH_FORM_VALUE, 0);
  assert_int_equal(enter(destroy), FFH_RULE_NONE);
  assert_int_equal(borrow.n_views, 0);
}

static void the_next_call_on_the_handle_ends_it(void **state) {
  (void)state;
  static const ffh_form forms[] = {FFH_FORM_VALUE, FFH_FORM_WRONG_THREAD};
  for (unsigned i = 0; i < 2; i++) {
    fresh(NULL);
    returns_view(FFH_UNTIL_NEXT_CALL);
    assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
    assert_int_equal(other_call(), FFH_RULE_NONE);
    assert_int_equal(borrow.n_views, 1);
    assert_int_equal(enter(call_of(FFH_CASE_PREDICATE, OBJECT, forms[i], 0)), FFH_RULE_NONE);
    assert_int_equal(borrow.n_views, 0);
  }
}

static void a_predicate_is_a_call_too(void **state) {
  (void)state;
  returns_view(FFH_UNTIL_NEXT_CALL);
  c->function->when_fn = FFH_CASE_PREDICATE;
  assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
  ffh_borrow_ask(&borrow, subject(0), &said);
  assert_int_equal(said.rule, FFH_RULE_NONE);
  assert_int_equal(borrow.n_views, 0);
}

static void a_named_call_on_the_handle_ends_it(void **state) {
  (void)state;
  c->handle_slot.handle_type = FFH_CASE_SHARED;
  returns_view(FFH_UNTIL_CALL);
  assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
  assert_int_equal(enter(call_of(FFH_CASE_PREDICATE, OBJECT, FFH_FORM_VALUE, 0)), FFH_RULE_NONE);
  assert_int_equal(enter(call_of(FFH_CASE_RELEASE, OTHER, FFH_FORM_VALUE, 0)), FFH_RULE_NONE);
  assert_int_equal(borrow.n_views, 1);
  assert_int_equal(enter(call_of(FFH_CASE_RELEASE, OBJECT, FFH_FORM_VALUE, 0)), FFH_RULE_NONE);
  assert_int_equal(borrow.n_views, 0);
}

static void a_named_call_without_such_a_handle_ends_all(void **state) {
  (void)state;
  returns_view(FFH_UNTIL_CALL);
  assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
  c->handle_slot.handle_type = FFH_CASE_SERIAL;
  assert_int_equal(enter(call_of(FFH_CASE_RELEASE, OTHER, FFH_FORM_VALUE, 0)), FFH_RULE_NONE);
  assert_int_equal(borrow.n_views, 0);
}

static void destroying_its_handle_ends_it_whatever_else_does(void **state) {
  (void)state;
  c->handle_slot.handle_type = FFH_CASE_SHARED;
  returns_view(FFH_UNTIL_CALL);
  assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
  ffh_handles_at(OBJECT)->state = FFH_HANDLE_DYING;
  ffh_frame *destroy = call_of(FFH_CASE_PREDICATE, OBJECT, FFH_FORM_VALUE, 0);
  assert_int_equal(enter(destroy), FFH_RULE_NONE);
  assert_int_equal(borrow.n_views, 0);
  change();
  assert_int_equal(leave(destroy), FFH_RULE_NONE);
}

static void static_memory_never_ends(void **state) {
  (void)state;
  returns_view(FFH_UNTIL_FOREVER);
  assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
  ffh_handles_at(OBJECT)->state = FFH_HANDLE_DYING;
  assert_int_equal(whole(call_of(FFH_CASE_RELEASE, OBJECT, FFH_FORM_VALUE, 0)), FFH_RULE_NONE);
  change();
  assert_int_equal(other_call(), FFH_VIEW_LOST);
}

static void the_next_failure_replaces_the_last_error(void **state) {
  (void)state;
  returns_view(FFH_UNTIL_FOREVER);
  c->functions[FFH_CASE_RELEASE].last_error_fn = FFH_CASE_SUBJECT;
  assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
  change();
  assert_int_equal(other_call(), FFH_RULE_NONE);
}

static void delivers_memory(void) {
  ffh_slot *slot = returns_view(FFH_UNTIL_RETURN);
  slot->kind = FFH_KIND_OWNED;
  slot->flags = 0;
  slot->lo = 1;
  ffh_case_value(c)->variable = MEMORY;
  assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
}

static void owned_memory_is_the_callers_until_it_is_freed(void **state) {
  (void)state;
  for (unsigned freed = 0; freed < 2; freed++) {
    fresh(NULL);
    delivers_memory();
    ffh_handles_at(freed != 0 ? MEMORY : OBJECT)->state = FFH_HANDLE_DYING;
    ffh_frame *end = call_of(FFH_CASE_RELEASE, freed != 0 ? MEMORY : OBJECT, FFH_FORM_VALUE, 0);
    assert_int_equal(whole(end), FFH_RULE_NONE);
    change();
    assert_int_equal(other_call(), freed != 0 ? FFH_RULE_NONE : FFH_VIEW_LOST);
  }
}

/* The call frees it where it sets a message of its own. */
static void owned_memory_that_is_handed_in_as_a_message_is_the_librarys(void **state) {
  (void)state;
  delivers_memory();
  static const ffh_slot message = {
      .kind = FFH_KIND_ERROR, .direction = FFH_DIR_INOUT, .handle_type = FFH_CASE_MEMORY};
  static ffh_function fails;
  fails = c->functions[FFH_CASE_PREDICATE];
  fails.slots = &message;
  fails.n_slots = 1;
  ffh_frame *call = call_of(FFH_CASE_PREDICATE, MEMORY, FFH_FORM_VALUE, 1);
  call->function = &fails;
  assert_int_equal(enter(call), FFH_RULE_NONE);
  change();
  assert_int_equal(leave(call), FFH_RULE_NONE);
  assert_int_equal(borrow.n_views, 0);
}

/* Whether the other call comes before, during or after, what it ends is not remembered. */
static void what_another_lane_may_have_ended_is_not_remembered(void **state) {
  (void)state;
  returns_view(FFH_UNTIL_NEXT_CALL);
  ffh_frame *other = call_of(FFH_CASE_PREDICATE, OBJECT, FFH_FORM_VALUE, 1);
  assert_int_equal(enter(subject(0)), FFH_RULE_NONE);
  assert_int_equal(whole(other), FFH_RULE_NONE);
  assert_int_equal(leave(&frames[0]), FFH_RULE_NONE);
  assert_int_equal(borrow.n_views, 0);

  assert_int_equal(enter(other), FFH_RULE_NONE);
  assert_int_equal(enter(subject(0)), FFH_RULE_NONE);
  assert_int_equal(leave(other), FFH_RULE_NONE);
  assert_int_equal(leave(&frames[0]), FFH_RULE_NONE);
  assert_int_equal(borrow.n_views, 0);

  other = call_of(FFH_CASE_PREDICATE, OTHER, FFH_FORM_VALUE, 1); /* ends nothing of OBJECT */
  assert_int_equal(enter(subject(0)), FFH_RULE_NONE);
  assert_int_equal(whole(other), FFH_RULE_NONE);
  assert_int_equal(leave(&frames[0]), FFH_RULE_NONE);
  assert_int_equal(borrow.n_views, 1);
}

/* The same for whoever reads the call's results before. */
static void whether_another_lane_may_have_ended_it_is_told(void **state) {
  (void)state;
  returns_view(FFH_UNTIL_NEXT_CALL);
  ffh_frame *other = call_of(FFH_CASE_PREDICATE, OBJECT, FFH_FORM_VALUE, 1);
  ffh_borrow_fly(&borrow, subject(0));
  assert_false(ffh_borrow_land(&borrow, &frames[0]));
  ffh_borrow_fly(&borrow, other);
  assert_false(ffh_borrow_land(&borrow, &frames[0]));

  ffh_borrow_fly(&borrow, subject(0));
  assert_true(ffh_borrow_land(&borrow, &frames[0]));
  assert_true(ffh_borrow_land(&borrow, &frames[0]));
  assert_int_equal(leave(other), FFH_RULE_NONE);
  size_t size;
  assert_ptr_equal(ffh_frame_memory(&frames[0], 1, &size), text);
  frames[0].ended = true;
  assert_null(ffh_frame_memory(&frames[0], 1, &size));
}

static void a_failed_call_returns_nothing(void **state) {
  (void)state;
  returns_view(FFH_UNTIL_DESTROY);
  c->frame.outcome = FFH_OUTCOME_FAILED;
  assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
  assert_int_equal(borrow.n_views, 0);
}

static void there_are_bounds(void **state) {
  (void)state;
  returns_view(FFH_UNTIL_DESTROY);
  for (unsigned i = 0; i < FFH_BORROW_VIEWS + 3; i++) {
    assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
  }
  assert_int_equal(borrow.n_views, FFH_BORROW_VIEWS);
  ffh_borrow_begin(&borrow);
  static char big[FFH_BORROW_BYTES];
  memset(big, 'x', sizeof big - 1);
  c->frame.result.p = big;
  assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
  assert_int_equal(whole(subject(0)), FFH_RULE_NONE);
  assert_int_equal(borrow.n_views, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(what_stays_is_silent, fresh),
      cmocka_unit_test_setup(a_change_is_told_with_both_calls, fresh),
      cmocka_unit_test_setup(the_terminator_belongs_to_a_text, fresh),
      cmocka_unit_test_setup(what_is_not_const_may_change, fresh),
      cmocka_unit_test_setup(elements_may_change, fresh),
      cmocka_unit_test_setup(freed_memory_is_told_without_reading_it, fresh),
      cmocka_unit_test_setup(it_is_looked_at_right_before_its_end_and_not_after, fresh),
      cmocka_unit_test_setup(it_ends_with_what_its_handle_dies_with, fresh),
      cmocka_unit_test_setup(the_next_call_on_the_handle_ends_it, fresh),
      cmocka_unit_test_setup(a_predicate_is_a_call_too, fresh),
      cmocka_unit_test_setup(a_named_call_on_the_handle_ends_it, fresh),
      cmocka_unit_test_setup(a_named_call_without_such_a_handle_ends_all, fresh),
      cmocka_unit_test_setup(destroying_its_handle_ends_it_whatever_else_does, fresh),
      cmocka_unit_test_setup(static_memory_never_ends, fresh),
      cmocka_unit_test_setup(the_next_failure_replaces_the_last_error, fresh),
      cmocka_unit_test_setup(owned_memory_is_the_callers_until_it_is_freed, fresh),
      cmocka_unit_test_setup(owned_memory_that_is_handed_in_as_a_message_is_the_librarys, fresh),
      cmocka_unit_test_setup(what_another_lane_may_have_ended_is_not_remembered, fresh),
      cmocka_unit_test_setup(whether_another_lane_may_have_ended_it_is_told, fresh),
      cmocka_unit_test_setup(a_failed_call_returns_nothing, fresh),
      cmocka_unit_test_setup(there_are_bounds, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
