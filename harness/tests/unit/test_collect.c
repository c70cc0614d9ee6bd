/* boundary/collect: what a finished call did to the handles. */
#include "boundary/collect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "boundary/handles.h"
#include "fixture_case.h"

static ffh_case *c;
static int objects[8];
static uint16_t ended[8];
static unsigned n_ended;

/* h0 and h1 live; the rest is not born yet. */
static int fresh(void **state) {
  (void)state;
  c = ffh_case_begin(8);
  n_ended = 0;
  for (uint16_t i = 0; i < 2; i++) {
    ffh_handles_born(i, &objects[i], FFH_CASE_SHARED, 0, i);
  }
  return 0;
}

static void note_end(uint16_t variable) {
  ended[n_ended++] = variable;
}

static void collect(ffh_outcome outcome) {
  c->frame.outcome = outcome;
  ffh_collect_handles(&c->frame, note_end);
}

static ffh_handle_state state_of(uint16_t variable) {
  return (ffh_handle_state)ffh_handles_at(variable)->state;
}

static ffh_slot *creates(uint16_t variable, void *pointer) {
  ffh_slot *slot = ffh_case_handle(c, FFH_CASE_SHARED, variable, FFH_SLOT_CREATES);
  slot->flags |= FFH_SLOT_INDIRECT;
  slot->direction = FFH_DIR_OUT;
  ffh_case_value(c)->defines = variable;
  ffh_case_deliver(c, pointer);
  return slot;
}

/* ---- births ---- */

static void a_result_is_born(void **state) {
  (void)state;
  ffh_case_result(c, FFH_KIND_HANDLE, 8)->flags = FFH_SLOT_CREATES;
  c->slots[0].handle_type = FFH_CASE_CONFINED;
  c->slots[0].becomes = 1;
  ffh_case_value(c)->variable = 2;
  c->frame.result.p = &objects[2];
  c->frame.lane = 3;
  c->frame.index = 5;
  collect(FFH_OUTCOME_OK);
  const ffh_handle *handle = ffh_handles_at(2);
  assert_int_equal(handle->state, FFH_HANDLE_LIVE);
  assert_ptr_equal(handle->pointer, &objects[2]);
  assert_int_equal(handle->type, FFH_CASE_CONFINED);
  assert_int_equal(handle->owner, 3);
  assert_int_equal(handle->created_by, 5);
  assert_int_equal(handle->typestate, 1);
  assert_int_equal(handle->references, 1);
}

static void failed_and_untouched_outputs_are_not_born(void **state) {
  (void)state;
  void *untouched;
  memset(&untouched, FFH_UNTOUCHED_BYTE, sizeof untouched);
  creates(2, untouched);
  creates(3, NULL);
  collect(FFH_OUTCOME_OK);
  assert_int_equal(state_of(2), FFH_HANDLE_FAILED);
  assert_int_equal(state_of(3), FFH_HANDLE_FAILED);
  fresh(NULL);
  creates(2, &objects[2]);
  collect(FFH_OUTCOME_FAILED);
  assert_int_equal(state_of(2), FFH_HANDLE_FAILED);
}

static void owned_memory_is_born_and_given_back_when_nobody_takes_it(void **state) {
  (void)state;
  ffh_case_result(c, FFH_KIND_OWNED, 8)->handle_type = FFH_CASE_MEMORY;
  ffh_case_value(c)->variable = 2;
  c->frame.result.p = &objects[2];
  collect(FFH_OUTCOME_OK);
  assert_int_equal(state_of(2), FFH_HANDLE_LIVE);
  assert_int_equal(ffh_case_calls.releases, 0);
  c->values[0].variable = FFH_NO_VARIABLE;
  collect(FFH_OUTCOME_OK);
  assert_int_equal(ffh_case_calls.releases, 1);
  assert_ptr_equal(ffh_case_calls.released, &objects[2]);
}

static void delivered_memory_keeps_its_length(void **state) {
  (void)state;
  static uint32_t length = 3;
  ffh_slot *result = ffh_case_result(c, FFH_KIND_OWNED, 8);
  result->handle_type = FFH_CASE_MEMORY;
  result->lo = sizeof(uint32_t);
  ffh_case_value(c)->variable = 2;
  c->frame.result.p = &objects[2];
  ffh_slot *written = ffh_case_param(c, "length", FFH_KIND_WRITTEN, sizeof length);
  written->partner = 0;
  written->direction = FFH_DIR_OUT;
  written->flags = FFH_SLOT_INDIRECT;
  c->frame.storage[ffh_case_last(c)] = (uint8_t *)&length;
  collect(FFH_OUTCOME_OK);
  assert_int_equal(ffh_handles_at(2)->length, 3);
  assert_int_equal(ffh_handles_at(2)->element, sizeof(uint32_t));
}

static void what_frees_takes_the_length_in_its_unit(void **state) {
  (void)state;
  delivered_memory_keeps_its_length(state);
  static ffh_slot slots[2];
  slots[0] = (ffh_slot){.kind = FFH_KIND_LENGTH, .param = 0, .partner = 1};
  slots[1] =
      (ffh_slot){.kind = FFH_KIND_HANDLE, .param = 1, .partner = 0, .handle_type = FFH_CASE_MEMORY};
  const ffh_function frees = {.slots = slots, .n_slots = 2, .n_params = 2};
  ffh_word args[2];
  assert_true(ffh_collect_freeing(&c->frame, 0, &objects[2], &frees, args));
  assert_int_equal(args[0].u, 3);
  assert_ptr_equal(args[1].p, &objects[2]);
  slots[1].lo = 1; /* FFH_BYTES */
  assert_true(ffh_collect_freeing(&c->frame, 0, &objects[2], &frees, args));
  assert_int_equal(args[0].u, 3 * sizeof(uint32_t));
  slots[0].kind = FFH_KIND_INT;
  assert_false(ffh_collect_freeing(&c->frame, 0, &objects[2], &frees, args));
}

static void a_child_keeps_its_parent(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  creates(2, &objects[2]);
  c->function->child_of = 0;
  collect(FFH_OUTCOME_OK);
  assert_int_equal(ffh_handles_at(2)->parent, 0);
  assert_int_equal(ffh_handles_at(0)->keepers, 1);
  ffh_handles_died(2, 1, note_end);
  assert_int_equal(ffh_handles_at(0)->keepers, 0);
}

static void a_dependant_dies_with_its_parent(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  creates(2, &objects[2]);
  c->function->dies_with = 0;
  collect(FFH_OUTCOME_OK);
  assert_int_equal(ffh_handles_at(0)->keepers, 0);
  c->slots[0].flags = FFH_SLOT_CONSUMES;
  c->function->n_slots = 1;
  collect(FFH_OUTCOME_OK);
  assert_int_equal(n_ended, 2);
  assert_int_equal(ended[0], 0);
  assert_int_equal(ended[1], 2);
  assert_int_equal(state_of(2), FFH_HANDLE_DEAD);
}

static void an_heir_needs_what_its_source_keeps(void **state) {
  (void)state;
  ffh_handles_keep(1, 0);
  ffh_case_handle(c, FFH_CASE_SHARED, 1, 0);
  creates(2, &objects[2]);
  c->function->inherits = 0;
  collect(FFH_OUTCOME_OK);
  assert_int_equal(ffh_handles_at(0)->keepers, 2);
}

/* ---- error messages ---- */

static void a_message_becomes_a_handle(void **state) {
  (void)state;
  ffh_case_message(c, FFH_NO_VARIABLE, 2, &objects[2]);
  collect(FFH_OUTCOME_FAILED);
  assert_int_equal(state_of(2), FFH_HANDLE_LIVE);
  assert_ptr_equal(ffh_handles_at(2)->pointer, &objects[2]);
  assert_int_equal(ffh_handles_at(2)->type, FFH_CASE_MEMORY);
}

static void no_message_is_no_handle(void **state) {
  (void)state;
  ffh_case_message(c, FFH_NO_VARIABLE, 2, NULL);
  collect(FFH_OUTCOME_OK);
  assert_int_equal(state_of(2), FFH_HANDLE_FAILED);
}

static void a_message_handed_in_is_replaced_in_place(void **state) {
  (void)state;
  ffh_case_message(c, 0, 2, &objects[5]);
  collect(FFH_OUTCOME_FAILED);
  assert_ptr_equal(ffh_handles_at(0)->pointer, &objects[5]);
  assert_int_equal(state_of(0), FFH_HANDLE_LIVE);
  assert_int_equal(state_of(2), FFH_HANDLE_FAILED);
  assert_int_equal(ffh_case_calls.releases, 0);
}

static void a_message_that_the_callee_cleared_is_gone(void **state) {
  (void)state;
  ffh_case_message(c, 0, 2, NULL);
  collect(FFH_OUTCOME_OK);
  assert_int_equal(state_of(0), FFH_HANDLE_DEAD);
  assert_int_equal(state_of(2), FFH_HANDLE_FAILED);
}

static void a_message_without_a_variable_is_freed(void **state) {
  (void)state;
  ffh_case_message(c, FFH_NO_VARIABLE, FFH_NO_VARIABLE, &objects[5]);
  collect(FFH_OUTCOME_FAILED);
  assert_int_equal(ffh_case_calls.releases, 1);
  assert_ptr_equal(ffh_case_calls.released, &objects[5]);
}

/* ---- deaths ---- */

static void consuming_ends_whatever_the_outcome(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, FFH_SLOT_CONSUMES);
  c->frame.index = 6;
  collect(FFH_OUTCOME_FAILED);
  assert_int_equal(state_of(0), FFH_HANDLE_DEAD);
  assert_int_equal(ffh_handles_at(0)->destroyed_by, 6);
  assert_int_equal(n_ended, 1);
}

static void consuming_on_success_ends_only_then(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, FFH_SLOT_CONSUMES_ON_SUCCESS);
  ffh_handles_at(0)->state = FFH_HANDLE_DYING;
  collect(FFH_OUTCOME_FAILED);
  assert_int_equal(state_of(0), FFH_HANDLE_LIVE);
  ffh_handles_at(0)->state = FFH_HANDLE_DYING;
  collect(FFH_OUTCOME_OK);
  assert_int_equal(state_of(0), FFH_HANDLE_DEAD);
}

static void a_refused_call_ends_nothing(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, FFH_SLOT_CONSUMES);
  ffh_case_param(c, "bytes", FFH_KIND_BYTES, 1);
  ffh_case_malformed(c, 1, FFH_FORM_NULL);
  ffh_handles_at(0)->state = FFH_HANDLE_DYING;
  collect(FFH_OUTCOME_FAILED);
  assert_int_equal(state_of(0), FFH_HANDLE_LIVE);
  collect(FFH_OUTCOME_OK);
  assert_int_equal(state_of(0), FFH_HANDLE_DEAD);
}

static void a_handle_sent_malformed_is_not_ended(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, FFH_SLOT_CONSUMES);
  ffh_case_malformed(c, 0, FFH_FORM_WRONG_TYPE);
  collect(FFH_OUTCOME_FAILED);
  assert_int_equal(state_of(0), FFH_HANDLE_LIVE);
  assert_int_equal(n_ended, 0);
}

static void a_parent_that_was_to_be_refused_is_dead_when_it_was_not(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, FFH_SLOT_CONSUMES);
  ffh_case_malformed(c, 0, FFH_FORM_HAS_CHILDREN);
  collect(FFH_OUTCOME_FAILED);
  assert_int_equal(state_of(0), FFH_HANDLE_LIVE);
  collect(FFH_OUTCOME_OK);
  assert_int_equal(state_of(0), FFH_HANDLE_DEAD);
}

static void references_are_counted(void **state) {
  (void)state;
  ffh_slot *slot = ffh_case_handle(c, FFH_CASE_SHARED, 0, FFH_SLOT_RETAINS);
  collect(FFH_OUTCOME_OK);
  assert_int_equal(ffh_handles_at(0)->references, 2);
  collect(FFH_OUTCOME_FAILED);
  assert_int_equal(ffh_handles_at(0)->references, 2);
  slot->flags = FFH_SLOT_RELEASES;
  collect(FFH_OUTCOME_OK);
  assert_int_equal(state_of(0), FFH_HANDLE_LIVE);
  assert_int_equal(ffh_handles_at(0)->references, 1);
  collect(FFH_OUTCOME_OK);
  assert_int_equal(state_of(0), FFH_HANDLE_DEAD);
}

static void the_end_waits_for_every_release(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, FFH_SLOT_RELEASES);
  ffh_handles_at(0)->references = 2;
  ffh_handles_at(0)->releases = 1; /* another one still runs */
  ffh_handles_at(0)->state = FFH_HANDLE_DYING;
  collect(FFH_OUTCOME_OK);
  assert_int_equal(state_of(0), FFH_HANDLE_DYING);
  assert_int_equal(n_ended, 0);
  ffh_handles_at(0)->releases = 0;
  collect(FFH_OUTCOME_OK);
  assert_int_equal(state_of(0), FFH_HANDLE_DEAD);
  assert_int_equal(n_ended, 1);
}

/* ---- what stays ---- */

static void a_state_changes_on_success(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, 0)->becomes = 1;
  collect(FFH_OUTCOME_FAILED);
  assert_int_equal(ffh_handles_at(0)->typestate, FFH_NONE);
  collect(FFH_OUTCOME_OK);
  assert_int_equal(ffh_handles_at(0)->typestate, 1);
}

static void a_handover_changes_the_owner_on_success(void **state) {
  (void)state;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, FFH_SLOT_HANDOVER);
  c->frame.lane = 2;
  collect(FFH_OUTCOME_FAILED);
  assert_int_equal(ffh_handles_at(0)->owner, 0);
  collect(FFH_OUTCOME_OK);
  assert_int_equal(ffh_handles_at(0)->owner, 2);
}

static void a_kept_handle_waits_for_its_keeper(void **state) {
  (void)state;
  ffh_slot *kept = ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  kept->until = FFH_UNTIL_DESTROY;
  kept->until_slot = 1;
  ffh_case_handle(c, FFH_CASE_SHARED, 1, 0);
  collect(FFH_OUTCOME_FAILED);
  assert_int_equal(ffh_handles_at(0)->keepers, 0);
  collect(FFH_OUTCOME_OK);
  assert_int_equal(ffh_handles_at(0)->keepers, 1);
  ffh_handles_died(1, 2, note_end);
  assert_int_equal(ffh_handles_at(0)->keepers, 0);
}

static void a_result_keeps_what_it_was_made_from(void **state) {
  (void)state;
  ffh_slot *kept = ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  kept->until = FFH_UNTIL_DESTROY;
  kept->until_slot = 1;
  creates(2, &objects[2]);
  collect(FFH_OUTCOME_OK);
  assert_int_equal(ffh_handles_at(0)->keepers, 1);
}

static void kept_until_one_of_the_named_calls(void **state) {
  (void)state;
  static const uint16_t until[] = {FFH_CASE_PREDICATE, FFH_CASE_RELEASE};
  ffh_slot *kept = ffh_case_handle(c, FFH_CASE_SHARED, 0, 0);
  kept->until = FFH_UNTIL_CALL;
  kept->until_fns = until;
  kept->n_until_fns = 2;
  collect(FFH_OUTCOME_OK);
  assert_int_equal(ffh_handles_at(0)->keepers, 1);
  ffh_handles_called(FFH_CASE_SUBJECT);
  assert_int_equal(ffh_handles_at(0)->keepers, 1);
  c->frame.function = &c->functions[FFH_CASE_RELEASE];
  c->values[0].variable = 1;
  collect(FFH_OUTCOME_OK);
  assert_int_equal(ffh_handles_at(0)->keepers, 0);
}

static void a_skipped_call_makes_nothing(void **state) {
  (void)state;
  creates(2, NULL);
  ffh_case_message(c, FFH_NO_VARIABLE, 3, NULL);
  ffh_case_result(c, FFH_KIND_OWNED, 8)->handle_type = FFH_CASE_MEMORY;
  ffh_case_value(c)->variable = 4;
  ffh_case_handle(c, FFH_CASE_SHARED, 0, FFH_SLOT_CONSUMES);
  ffh_collect_skipped(&c->frame);
  for (uint16_t i = 2; i < 5; i++) {
    assert_int_equal(state_of(i), FFH_HANDLE_FAILED);
  }
  assert_int_equal(state_of(0), FFH_HANDLE_LIVE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_result_is_born, fresh),
      cmocka_unit_test_setup(failed_and_untouched_outputs_are_not_born, fresh),
      cmocka_unit_test_setup(owned_memory_is_born_and_given_back_when_nobody_takes_it, fresh),
      cmocka_unit_test_setup(delivered_memory_keeps_its_length, fresh),
      cmocka_unit_test_setup(what_frees_takes_the_length_in_its_unit, fresh),
      cmocka_unit_test_setup(a_child_keeps_its_parent, fresh),
      cmocka_unit_test_setup(a_dependant_dies_with_its_parent, fresh),
      cmocka_unit_test_setup(an_heir_needs_what_its_source_keeps, fresh),
      cmocka_unit_test_setup(a_message_becomes_a_handle, fresh),
      cmocka_unit_test_setup(no_message_is_no_handle, fresh),
      cmocka_unit_test_setup(a_message_handed_in_is_replaced_in_place, fresh),
      cmocka_unit_test_setup(a_message_that_the_callee_cleared_is_gone, fresh),
      cmocka_unit_test_setup(a_message_without_a_variable_is_freed, fresh),
      cmocka_unit_test_setup(consuming_ends_whatever_the_outcome, fresh),
      cmocka_unit_test_setup(consuming_on_success_ends_only_then, fresh),
      cmocka_unit_test_setup(a_refused_call_ends_nothing, fresh),
      cmocka_unit_test_setup(a_handle_sent_malformed_is_not_ended, fresh),
      cmocka_unit_test_setup(a_parent_that_was_to_be_refused_is_dead_when_it_was_not, fresh),
      cmocka_unit_test_setup(references_are_counted, fresh),
      cmocka_unit_test_setup(the_end_waits_for_every_release, fresh),
      cmocka_unit_test_setup(a_state_changes_on_success, fresh),
      cmocka_unit_test_setup(a_handover_changes_the_owner_on_success, fresh),
      cmocka_unit_test_setup(a_kept_handle_waits_for_its_keeper, fresh),
      cmocka_unit_test_setup(a_result_keeps_what_it_was_made_from, fresh),
      cmocka_unit_test_setup(kept_until_one_of_the_named_calls, fresh),
      cmocka_unit_test_setup(a_skipped_call_makes_nothing, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
