/* check/handle: what creating calls deliver, when they succeed and when they fail. */
#include "check/handle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "boundary/handles.h"
#include "fixture_case.h"

static ffh_case *c;
static int object;

static int fresh(void **state) {
  (void)state;
  c = ffh_case_begin(3);
  return 0;
}

static void creates(unsigned type, void *pointer) {
  ffh_slot *slot = ffh_case_result(c, FFH_KIND_HANDLE, 8);
  slot->handle_type = (uint16_t)type;
  slot->flags = FFH_SLOT_CREATES;
  ffh_case_value(c)->variable = 2;
  c->frame.result.p = pointer;
  c->frame.index = 9;
}

static ffh_verdict verdict(void) {
  ffh_verdict said;
  memset(&said, 0x5a, sizeof said);
  ffh_handle_check(&c->frame, &said);
  return said;
}

static void born(uint16_t variable, unsigned type, void *pointer) {
  ffh_handles_born(variable, pointer, (uint16_t)type, 0, 4);
}

static void a_live_handle_is_not_created_again(void **state) {
  (void)state;
  born(0, FFH_CASE_SHARED, &object);
  creates(FFH_CASE_SHARED, &object);
  ffh_verdict said = verdict();
  assert_int_equal(said.rule, FFH_HANDLE_ALIAS);
  assert_int_equal(said.slot, 0);
  assert_string_equal(said.evidence[0].title, "created first by call 4");
  assert_string_equal(said.evidence[1].title, "created again by call 9");
  int other;
  c->frame.result.p = &other;
  assert_int_equal(verdict().rule, FFH_RULE_NONE);
}

static void an_address_may_be_used_again(void **state) {
  (void)state;
  static const ffh_handle_state states[] = {FFH_HANDLE_DEAD, FFH_HANDLE_DYING};
  for (unsigned i = 0; i < 2; i++) {
    fresh(NULL);
    born(0, FFH_CASE_SHARED, &object);
    ffh_handles_at(0)->state = (uint8_t)states[i];
    creates(FFH_CASE_SHARED, &object);
    assert_int_equal(verdict().rule, FFH_RULE_NONE);
  }
}

static void another_type_may_share_an_address(void **state) {
  (void)state;
  born(0, FFH_CASE_SERIAL, &object); /* its first member, say */
  creates(FFH_CASE_SHARED, &object);
  assert_int_equal(verdict().rule, FFH_RULE_NONE);
}

static void counted_handles_may_be_the_same(void **state) {
  (void)state;
  born(0, FFH_CASE_SHARED, &object);
  creates(FFH_CASE_SHARED, &object);
  c->handle_slot.handle_type = FFH_CASE_SHARED;
  c->handle_slot.flags = FFH_SLOT_RELEASES;
  assert_int_equal(verdict().rule, FFH_RULE_NONE);
}

static void what_nobody_destroys_may_be_the_same(void **state) {
  (void)state;
  born(0, FFH_CASE_SHARED, &object);
  creates(FFH_CASE_SHARED, &object);
  c->types[FFH_CASE_SHARED].destroy_fn = FFH_NONE;
  assert_int_equal(verdict().rule, FFH_RULE_NONE);
  c->types[FFH_CASE_SHARED].destroy_fn = FFH_CASE_RELEASE;
  ffh_handles_at(0)->dies_with = 1;
  assert_int_equal(verdict().rule, FFH_RULE_NONE);
  ffh_handles_at(0)->dies_with = FFH_NONE;
  c->function->dies_with = 0;
  assert_int_equal(verdict().rule, FFH_RULE_NONE);
}

static void objects_without_a_size_share_an_address(void **state) {
  (void)state;
  void *const nothing = (void *)(uintptr_t)1;
  born(0, FFH_CASE_SHARED, nothing);
  creates(FFH_CASE_SHARED, nothing);
  assert_int_equal(verdict().rule, FFH_RULE_NONE);
}

static void delivers_on_failure(ffh_on_error stated, void *pointer) {
  fresh(NULL);
  static _Alignas(8) uint8_t memory[8];
  memcpy(memory, &pointer, sizeof pointer);
  ffh_slot *slot = ffh_case_handle(c, FFH_CASE_SHARED, 2, FFH_SLOT_CREATES | FFH_SLOT_INDIRECT);
  slot->direction = FFH_DIR_OUT;
  c->frame.storage[0] = memory;
  c->frame.outcome = FFH_OUTCOME_FAILED;
  c->function->on_error = (uint8_t)stated;
}

static void a_failed_call_delivers_no_handle(void **state) {
  (void)state;
  void *untouched;
  memset(&untouched, FFH_UNTOUCHED_BYTE, sizeof untouched);
  static const ffh_on_error stated[] = {FFH_ON_ERROR_ZEROED, FFH_ON_ERROR_UNTOUCHED};
  for (unsigned i = 0; i < 2; i++) {
    delivers_on_failure(stated[i], &object);
    assert_int_equal(verdict().rule, FFH_HANDLE_ON_ERROR);
    delivers_on_failure(stated[i], NULL); /* whether it is touched is another rule's */
    assert_int_equal(verdict().rule, FFH_RULE_NONE);
    delivers_on_failure(stated[i], untouched);
    assert_int_equal(verdict().rule, FFH_RULE_NONE);
  }
  delivers_on_failure(FFH_ON_ERROR_UNSTATED, &object);
  assert_int_equal(verdict().rule, FFH_RULE_NONE);
  c->slots[0].flags |= FFH_SLOT_ON_SUCCESS;
  assert_int_equal(verdict().rule, FFH_HANDLE_ON_ERROR);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_live_handle_is_not_created_again, fresh),
      cmocka_unit_test_setup(an_address_may_be_used_again, fresh),
      cmocka_unit_test_setup(another_type_may_share_an_address, fresh),
      cmocka_unit_test_setup(counted_handles_may_be_the_same, fresh),
      cmocka_unit_test_setup(what_nobody_destroys_may_be_the_same, fresh),
      cmocka_unit_test_setup(objects_without_a_size_share_an_address, fresh),
      cmocka_unit_test_setup(a_failed_call_delivers_no_handle, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
