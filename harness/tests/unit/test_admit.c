/* boundary/admit: one rule at a time, what the contract allows and what it does not. */
#include "boundary/admit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "boundary/handles.h"
#include "fixture_case.h"

static ffh_case *c;
static int objects[6];

static void born(uint16_t variable, unsigned type, uint8_t owner) {
  ffh_handles_born(variable, &objects[variable], (uint16_t)type, owner, variable);
}

/* h0 and h1 shared, h2 serial, h3 confined to lane 1; h4 and h5 are not born yet. */
static int fresh(void **state) {
  (void)state;
  c = ffh_case_begin(6);
  born(0, FFH_CASE_SHARED, 0);
  born(1, FFH_CASE_SHARED, 0);
  born(2, FFH_CASE_SERIAL, 0);
  born(3, FFH_CASE_CONFINED, 1);
  return 0;
}

static bool admitted(void) {
  return ffh_admit(&c->frame);
}

static void note_end(uint16_t variable) {
  (void)variable;
}

static void kill_handle(uint16_t variable) {
  ffh_handles_died(variable, 9, note_end);
}

static void a_live_handle_is_admitted_and_no_other(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  assert_true(admitted());
  ffh_handles_at(0)->state = FFH_HANDLE_DYING;
  assert_false(admitted());
  ffh_handles_at(0)->state = FFH_HANDLE_LIVE;
  kill_handle(0);
  assert_false(admitted());
  c->values[0].variable = 4; /* unborn */
  assert_false(admitted());
  ffh_handles_failed(4);
  assert_false(admitted());
}

static void null_needs_a_nullable_parameter(void **state) {
  (void)state;
  ffh_slot *slot = ffh_case_handle(c, FFH_CASE_SHARED, FFH_NO_VARIABLE, 0);
  assert_false(admitted());
  slot->flags = FFH_SLOT_NULLABLE;
  assert_true(admitted());
}

static void functions_that_are_never_called(void **state) {
  (void)state;
  assert_true(admitted());
  static const uint16_t never[] = {FFH_FN_LEGACY, FFH_FN_EXCLUDED, FFH_FN_INIT, FFH_FN_FINI};
  for (unsigned i = 0; i < 4; i++) {
    c->function->flags = never[i];
    assert_false(admitted());
  }
  c->function->flags = FFH_FN_DISTURBS | FFH_FN_FREES;
  assert_true(admitted());
}

static void a_serial_handle_in_use_is_busy(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SERIAL, 2, 0);
  assert_true(admitted());
  ffh_handles_at(2)->in_use = 1;
  assert_false(admitted());
  /* The function's own policy comes first. */
  c->function->threading = FFH_THREADING_SHARED;
  assert_true(admitted());
}

static void a_shared_handle_in_use_is_free(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  ffh_handles_at(0)->in_use = 3;
  assert_true(admitted());
  c->function->threading = FFH_THREADING_SERIAL;
  assert_false(admitted());
}

static void a_confined_handle_is_its_owners(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_CONFINED, 3, 0);
  assert_false(admitted());
  c->frame.lane = 1;
  assert_true(admitted());
  c->frame.lane = 0;
  c->function->threading = FFH_THREADING_SHARED;
  assert_true(admitted());
}

static void ending_waits_for_keepers_and_calls(void **state) {
  (void)state;
  ffh_slot *slot = ffh_case_handle(c, FFH_CASE_SHARED, 0, FFH_SLOT_CONSUMES);
  assert_true(admitted());
  assert_true(ffh_handles_keep(1, 0));
  assert_false(admitted());
  slot->flags = FFH_SLOT_CONSUMES_ON_SUCCESS;
  assert_false(admitted());
  slot->flags = FFH_SLOT_RELEASES;
  assert_false(admitted());
  ffh_handles_at(0)->references = 2; /* another reference is left */
  assert_true(admitted());
  slot->flags = 0; /* using what is kept is no end */
  assert_true(admitted());
  slot->flags = FFH_SLOT_CONSUMES;
  kill_handle(1);
  assert_true(admitted());
  ffh_handles_at(0)->in_use = 1;
  assert_false(admitted());
}

/* h1 dies with h0, and h2 needs h1 alive. */
static void ending_waits_for_those_who_need_its_dependants(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, FFH_SLOT_CONSUMES);
  ffh_handles_at(1)->dies_with = 0;
  assert_true(admitted());
  ffh_handles_keep(2, 1);
  assert_false(admitted());
  ffh_handles_at(2)->dies_with = 1; /* goes at the same moment */
  assert_true(admitted());
  ffh_handles_at(2)->in_use = 1;
  assert_false(admitted());
  ffh_handles_at(2)->in_use = 0;
  static const uint16_t until[] = {FFH_CASE_RELEASE};
  ffh_handles_keep_until(1, until, 1);
  assert_false(admitted());
  ffh_handles_called(FFH_CASE_RELEASE);
  assert_true(admitted());
}

static void typestate_must_fit(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0)->needs = 1;
  assert_false(admitted());
  ffh_handles_at(0)->typestate = 0;
  assert_false(admitted());
  ffh_handles_at(0)->typestate = 1;
  assert_true(admitted());
}

static void parent_of_names_the_parent(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0)->parent_of = 1;
  ffh_case_handle(c, FFH_CASE_SHARED, 1, 0);
  assert_false(admitted());
  ffh_handles_at(1)->parent = 0;
  assert_true(admitted());
  c->slots[1].flags = FFH_SLOT_NULLABLE;
  c->values[1].variable = FFH_NO_VARIABLE; /* no child, nothing to be the parent of */
  assert_true(admitted());
}

static void kept_children_belong_to_the_named_handle(void **state) {
  (void)state;
  born(4, FFH_CASE_SHARED, 0);
  ffh_handles_at(4)->parent = 2;
  ffh_case_handle(c, FFH_CASE_SHARED, 1, 0)->belongs_to = 1;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  assert_true(admitted());
  ffh_handles_keep(1, 4);
  assert_false(admitted());
  ffh_handles_at(4)->parent = 0;
  assert_true(admitted());
}

static void the_ended_handle_is_passed_once(void **state) {
  (void)state;
  static const uint16_t endings[] = {FFH_SLOT_CONSUMES, FFH_SLOT_CONSUMES_ON_SUCCESS,
                                     FFH_SLOT_RELEASES};
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  ffh_slot *second = ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  assert_true(admitted());
  for (unsigned i = 0; i < 3; i++) {
    second->flags = endings[i];
    c->values[0].variable = 0;
    assert_false(admitted());
    c->values[0].variable = 1;
    assert_true(admitted());
  }
  c->values[0].variable = 0;
  ffh_handles_at(0)->references = 2; /* a release that is not the last ends nothing */
  assert_true(admitted());
}

static void a_predicate_decides_about_the_first_handle(void **state) {
  (void)state;
  ffh_case_param(c, "number", FFH_KIND_INT, 4);
  ffh_case_handle(c, FFH_CASE_SHARED, 1, 0);
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  c->function->when_fn = FFH_CASE_PREDICATE;
  assert_false(admitted());
  assert_ptr_equal(ffh_case_calls.asked, &objects[1]);
  ffh_case_calls.predicate = 1;
  assert_true(admitted());
  /* It is not asked about a handle that the call may not use. */
  ffh_case_calls.asked = NULL;
  kill_handle(1);
  assert_false(admitted());
  assert_null(ffh_case_calls.asked);
}

static void a_malformed_call_is_not_asked_about(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  c->function->when_fn = FFH_CASE_PREDICATE;
  ffh_case_malformed(c, 0, FFH_FORM_NULL);
  assert_true(admitted());
  assert_null(ffh_case_calls.asked);
}

static void a_stale_handle_is_dead(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, FFH_SLOT_CONSUMES);
  ffh_case_malformed(c, 0, FFH_FORM_STALE);
  assert_false(admitted());
  kill_handle(0);
  assert_true(admitted());
  c->values[0].variable = 4; /* unborn: there is no pointer to be stale */
  assert_false(admitted());
}

/* An allocator may give the address of a dead handle to a new one, which nobody can tell apart. */
static void a_stale_address_that_lives_again_is_not_sent(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  ffh_case_malformed(c, 0, FFH_FORM_STALE);
  kill_handle(0);
  ffh_handles_born(4, &objects[0], FFH_CASE_SHARED, 0, 9);
  assert_false(admitted());
  kill_handle(4);
  assert_true(admitted());
}

static void a_handle_of_another_type_lives_and_rests(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 2, 0);
  ffh_case_malformed(c, 0, FFH_FORM_WRONG_TYPE);
  assert_true(admitted());
  ffh_handles_at(2)->in_use = 1;
  assert_false(admitted());
  ffh_handles_at(2)->in_use = 0;
  kill_handle(2);
  assert_false(admitted());
}

static void a_wrong_thread_is_not_the_owners(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_CONFINED, 3, 0);
  ffh_case_malformed(c, 0, FFH_FORM_WRONG_THREAD);
  assert_true(admitted());
  c->frame.lane = 1;
  assert_false(admitted());
  c->frame.lane = 0;
  kill_handle(3);
  assert_false(admitted());
}

static void a_wrong_state_is_not_the_needed_one_and_stays(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0)->needs = 2;
  ffh_case_malformed(c, 0, FFH_FORM_WRONG_STATE);
  ffh_handles_at(0)->typestate = 2;
  assert_false(admitted());
  ffh_handles_at(0)->typestate = 1;
  assert_true(admitted());
  ffh_admit_enter(&c->frame);
  assert_false(admitted()); /* another call could change the state */
  c->values[0].form = FFH_FORM_VALUE;
  c->slots[0].needs = FFH_NONE;
  assert_false(admitted());
  c->values[0].form = FFH_FORM_WRONG_STATE;
  ffh_admit_leave(&c->frame);
  c->values[0].form = FFH_FORM_VALUE;
  assert_true(admitted());
}

static void a_parent_has_a_child_that_stays(void **state) {
  (void)state;
  ffh_slot *slot = ffh_case_handle(c, FFH_CASE_SHARED, 0, FFH_SLOT_CONSUMES);
  ffh_case_malformed(c, 0, FFH_FORM_HAS_CHILDREN);
  assert_false(admitted()); /* no child */
  ffh_handle *parent = ffh_handles_at(0), *child = ffh_handles_at(1);
  child->parent = 0;
  assert_true(admitted());
  child->dies_with = 0;
  assert_false(admitted());
  child->dies_with = FFH_NONE;
  child->state = FFH_HANDLE_DYING;
  assert_false(admitted());
  child->state = FFH_HANDLE_LIVE;
  parent->in_use = 1;
  assert_false(admitted());
  parent->in_use = 0;
  slot->flags = FFH_SLOT_RELEASES;
  assert_true(admitted());
  parent->references = 2; /* the call would not end it */
  assert_false(admitted());
}

static void while_a_parent_is_refused_its_child_does_not_end(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, FFH_SLOT_CONSUMES);
  ffh_case_malformed(c, 0, FFH_FORM_HAS_CHILDREN);
  ffh_handles_at(1)->parent = 0;
  assert_true(admitted());
  ffh_admit_enter(&c->frame);
  assert_int_equal(ffh_handles_at(0)->state, FFH_HANDLE_LIVE);
  c->values[0].form = FFH_FORM_VALUE;
  c->values[0].variable = 1;
  assert_false(admitted()); /* the end of the child */
  c->slots[0].flags = 0;
  assert_true(admitted()); /* a use of it */
  c->values[0].variable = 0;
  assert_false(admitted());
  c->slots[0].flags = FFH_SLOT_CONSUMES;
  c->values[0].form = FFH_FORM_HAS_CHILDREN;
  ffh_admit_leave(&c->frame);
  assert_int_equal(ffh_handles_at(0)->in_use, 0);
  assert_int_equal(ffh_handles_at(1)->in_use, 0);
  c->values[0].form = FFH_FORM_VALUE;
  c->values[0].variable = 1;
  assert_true(admitted());
}

static void a_child_that_is_given_too_is_no_reason_to_refuse(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, FFH_SLOT_CONSUMES);
  ffh_case_handle(c, FFH_CASE_SHARED, 1, FFH_SLOT_CONSUMES);
  ffh_case_malformed(c, 0, FFH_FORM_HAS_CHILDREN);
  ffh_handles_at(1)->parent = 0;
  assert_false(admitted());
}

static void an_error_message_handed_in_is_live_and_rests(void **state) {
  (void)state;
  born(4, FFH_CASE_MEMORY, 0);
  ffh_case_param(c, "errptr", FFH_KIND_ERROR, 8)->direction = FFH_DIR_INOUT;
  assert_true(admitted());
  c->values[0].variable = 4;
  assert_true(admitted());
  ffh_handles_at(4)->in_use = 1;
  assert_false(admitted());
  ffh_handles_at(4)->in_use = 0;
  kill_handle(4);
  assert_false(admitted());
}

static void a_full_edge_table_admits_nothing(void **state) {
  (void)state;
  static const uint16_t until[] = {1};
  assert_true(admitted());
  while (ffh_handles_keep_until(0, until, 1)) {
  }
  assert_false(admitted());
}

static void a_call_uses_its_handles_while_it_runs(void **state) {
  (void)state;
  born(4, FFH_CASE_MEMORY, 0);
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  ffh_case_handle(c, FFH_CASE_SERIAL, 2, FFH_SLOT_CONSUMES);
  ffh_case_param(c, "errptr", FFH_KIND_ERROR, 8);
  ffh_case_value(c)->variable = 4;
  ffh_admit_enter(&c->frame);
  assert_int_equal(ffh_handles_at(0)->in_use, 1);
  assert_int_equal(ffh_handles_at(0)->state, FFH_HANDLE_LIVE);
  assert_int_equal(ffh_handles_at(2)->state, FFH_HANDLE_DYING);
  assert_int_equal(ffh_handles_at(4)->in_use, 1);
  assert_int_equal(ffh_handles_at(4)->state, FFH_HANDLE_LIVE);
  ffh_admit_leave(&c->frame);
  assert_int_equal(ffh_handles_at(0)->in_use, 0);
  assert_int_equal(ffh_handles_at(2)->in_use, 0);
  assert_int_equal(ffh_handles_at(4)->in_use, 0);
}

static void a_release_in_flight_has_a_reference_of_its_own(void **state) {
  (void)state;
  ffh_slot *slot = ffh_case_handle(c, FFH_CASE_SHARED, 0, FFH_SLOT_RELEASES);
  ffh_handles_at(0)->references = 2;
  ffh_admit_enter(&c->frame);
  assert_int_equal(ffh_handles_at(0)->state, FFH_HANDLE_LIVE);
  assert_true(admitted()); /* the last one, at the same time */
  slot->flags = FFH_SLOT_CONSUMES;
  assert_false(admitted());
  slot->flags = 0;
  assert_true(admitted());
  ffh_admit_enter(&c->frame); /* a use: it needs the other reference */
  slot->flags = FFH_SLOT_RELEASES;
  assert_false(admitted());
  slot->flags = 0;
  ffh_admit_leave(&c->frame);
  slot->flags = FFH_SLOT_RELEASES;
  ffh_admit_enter(&c->frame);
  assert_int_equal(ffh_handles_at(0)->state, FFH_HANDLE_DYING);
  assert_false(admitted());
  slot->flags = 0;
  assert_false(admitted());
  slot->flags = FFH_SLOT_RELEASES;
  ffh_admit_leave(&c->frame);
  ffh_admit_leave(&c->frame);
  assert_int_equal(ffh_handles_at(0)->releases, 0);
  assert_int_equal(ffh_handles_at(0)->in_use, 0);
}

/* The library has to look at what it refuses, so nobody may end it meanwhile. */
static void a_refused_handle_is_in_use_and_not_dying(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 2, FFH_SLOT_CONSUMES);
  static const ffh_form forms[] = {FFH_FORM_WRONG_TYPE, FFH_FORM_WRONG_THREAD, FFH_FORM_STALE};
  for (unsigned i = 0; i < 3; i++) {
    ffh_case_malformed(c, 0, forms[i]);
    ffh_admit_enter(&c->frame);
    assert_int_equal(ffh_handles_at(2)->in_use, forms[i] != FFH_FORM_STALE);
    assert_int_equal(ffh_handles_at(2)->state, FFH_HANDLE_LIVE);
    ffh_admit_leave(&c->frame);
    assert_int_equal(ffh_handles_at(2)->in_use, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_live_handle_is_admitted_and_no_other, fresh),
      cmocka_unit_test_setup(null_needs_a_nullable_parameter, fresh),
      cmocka_unit_test_setup(functions_that_are_never_called, fresh),
      cmocka_unit_test_setup(a_serial_handle_in_use_is_busy, fresh),
      cmocka_unit_test_setup(a_shared_handle_in_use_is_free, fresh),
      cmocka_unit_test_setup(a_confined_handle_is_its_owners, fresh),
      cmocka_unit_test_setup(ending_waits_for_keepers_and_calls, fresh),
      cmocka_unit_test_setup(ending_waits_for_those_who_need_its_dependants, fresh),
      cmocka_unit_test_setup(typestate_must_fit, fresh),
      cmocka_unit_test_setup(parent_of_names_the_parent, fresh),
      cmocka_unit_test_setup(kept_children_belong_to_the_named_handle, fresh),
      cmocka_unit_test_setup(the_ended_handle_is_passed_once, fresh),
      cmocka_unit_test_setup(a_predicate_decides_about_the_first_handle, fresh),
      cmocka_unit_test_setup(a_malformed_call_is_not_asked_about, fresh),
      cmocka_unit_test_setup(a_stale_handle_is_dead, fresh),
      cmocka_unit_test_setup(a_stale_address_that_lives_again_is_not_sent, fresh),
      cmocka_unit_test_setup(a_handle_of_another_type_lives_and_rests, fresh),
      cmocka_unit_test_setup(a_wrong_thread_is_not_the_owners, fresh),
      cmocka_unit_test_setup(a_wrong_state_is_not_the_needed_one_and_stays, fresh),
      cmocka_unit_test_setup(a_parent_has_a_child_that_stays, fresh),
      cmocka_unit_test_setup(while_a_parent_is_refused_its_child_does_not_end, fresh),
      cmocka_unit_test_setup(a_child_that_is_given_too_is_no_reason_to_refuse, fresh),
      cmocka_unit_test_setup(an_error_message_handed_in_is_live_and_rests, fresh),
      cmocka_unit_test_setup(a_full_edge_table_admits_nothing, fresh),
      cmocka_unit_test_setup(a_call_uses_its_handles_while_it_runs, fresh),
      cmocka_unit_test_setup(a_release_in_flight_has_a_reference_of_its_own, fresh),
      cmocka_unit_test_setup(a_refused_handle_is_in_use_and_not_dying, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
