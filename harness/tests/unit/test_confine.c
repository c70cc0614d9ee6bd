/* check/confine: every policy and every rule, both ways, as arrays of events. */
#include "check/confine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { FREE_T, SERIAL_T, CONFINED_T, ROLE_T, CHILD_T, DEPENDANT_T, COUNTED_T, GIVEN_T, UNMADE_T };
enum { WORKER, BOSS }; /* roles: by first use, and by word */

/* Functions: what they do with a handle of a type. */
#define SLOT(type, more) \
  {.kind = FFH_KIND_HANDLE, .param = 0, .handle_type = (type), .flags = (uint16_t)(more)}
#define MADE(type)            \
  {.kind = FFH_KIND_HANDLE,   \
   .param = FFH_PARAM_RESULT, \
   .handle_type = (type),     \
   .flags = FFH_SLOT_CREATES, \
   .direction = FFH_DIR_OUT}
#define PLAIN                                                                       \
  .flags = FFH_FN_LEGACY, .threading = FFH_THREADING_INHERIT, .child_of = FFH_NONE, \
  .dies_with = FFH_NONE, .plays = FFH_NONE, .result_slot = FFH_NONE

static const ffh_slot makes[][1] = {{MADE(FREE_T)},    {MADE(SERIAL_T)}, {MADE(CONFINED_T)},
                                    {MADE(ROLE_T)},    {MADE(0)},        {MADE(0)},
                                    {MADE(COUNTED_T)}, {MADE(GIVEN_T)},  {MADE(0)}};
static const ffh_slot uses[][1] = {
    {SLOT(FREE_T, 0)},    {SLOT(SERIAL_T, 0)}, {SLOT(CONFINED_T, 0)},
    {SLOT(ROLE_T, 0)},    {SLOT(CHILD_T, 0)},  {SLOT(DEPENDANT_T, 0)},
    {SLOT(COUNTED_T, 0)}, {SLOT(GIVEN_T, 0)},  {SLOT(UNMADE_T, 0)}};
static const ffh_slot ends[][1] = {
    {SLOT(FREE_T, FFH_SLOT_CONSUMES)},     {SLOT(SERIAL_T, FFH_SLOT_CONSUMES_ON_SUCCESS)},
    {SLOT(CONFINED_T, FFH_SLOT_CONSUMES)}, {SLOT(ROLE_T, FFH_SLOT_CONSUMES)},
    {SLOT(CHILD_T, FFH_SLOT_CONSUMES)},    {SLOT(DEPENDANT_T, FFH_SLOT_CONSUMES)},
    {SLOT(COUNTED_T, FFH_SLOT_RELEASES)},  {SLOT(GIVEN_T, FFH_SLOT_CONSUMES)},
    {SLOT(UNMADE_T, FFH_SLOT_CONSUMES)}};
static const ffh_slot retains[] = {SLOT(COUNTED_T, FFH_SLOT_RETAINS)};
static const ffh_slot adopts[] = {SLOT(GIVEN_T, FFH_SLOT_HANDOVER)};
static const ffh_slot makes_child[] = {SLOT(FREE_T, 0), MADE(CHILD_T)};
static const ffh_slot makes_dependant[] = {SLOT(FREE_T, 0), MADE(DEPENDANT_T)};

#define ONE(slots_) PLAIN, .slots = (slots_), .n_slots = 1
#define EACH(what, word)                                                                      \
  {.name = word "_free", ONE(what[FREE_T])}, {.name = word "_serial", ONE(what[SERIAL_T])},   \
      {.name = word "_confined", ONE(what[CONFINED_T])},                                      \
      {.name = word "_role", ONE(what[ROLE_T])}, {.name = word "_child", ONE(what[CHILD_T])}, \
      {.name = word "_dependant", ONE(what[DEPENDANT_T])},                                    \
      {.name = word "_counted", ONE(what[COUNTED_T])},                                        \
      {.name = word "_given", ONE(what[GIVEN_T])}, {                                          \
    .name = word "_unmade", ONE(what[UNMADE_T])                                               \
  }

enum {
  MAKE = 0,
  USE = 9,
  END = 18,
  RETAIN = 27,
  ADOPT,
  MAKE_CHILD,
  MAKE_DEPENDANT,
  START,
  STOP,
  SERVE,
  ORDER,
  ANYWHERE,
  FUNCTIONS
};

static ffh_function functions[FUNCTIONS] = {
    EACH(makes, "make"),
    EACH(uses, "use"),
    EACH(ends, "end"),
    [RETAIN] = {.name = "retain", ONE(retains)},
    [ADOPT] = {.name = "adopt", ONE(adopts)},
    [MAKE_CHILD] = {.name = "make_child", PLAIN, .slots = makes_child, .n_slots = 2},
    [MAKE_DEPENDANT] = {.name = "make_dependant", PLAIN, .slots = makes_dependant, .n_slots = 2},
    [START] = {.name = "start", PLAIN},
    [STOP] = {.name = "stop", PLAIN},
    [SERVE] = {.name = "serve", PLAIN},
    [ORDER] = {.name = "order", PLAIN},
    [ANYWHERE] = {.name = "anywhere", ONE(uses[CONFINED_T])},
};

static const ffh_handle_type types[] = {
    [FREE_T] = {.name = "free", .threading = FFH_THREADING_SHARED},
    [SERIAL_T] = {.name = "serial", .threading = FFH_THREADING_SERIAL},
    [CONFINED_T] = {.name = "confined", .threading = FFH_THREADING_CONFINED},
    [ROLE_T] = {.name = "role", .threading = FFH_THREADING_ROLE, .role = WORKER},
    [CHILD_T] = {.name = "child", .threading = FFH_THREADING_SHARED},
    [DEPENDANT_T] = {.name = "dependant", .threading = FFH_THREADING_SHARED},
    [COUNTED_T] = {.name = "counted", .threading = FFH_THREADING_SHARED},
    [GIVEN_T] = {.name = "given", .threading = FFH_THREADING_CONFINED},
    [UNMADE_T] = {.name = "unmade", .threading = FFH_THREADING_CONFINED}};

static const char *const roles[] = {"worker", "boss"};
static ffh_target target = {.handle_types = types,
                            .functions = functions,
                            .roles = roles,
                            .n_handle_types = 9,
                            .n_functions = FUNCTIONS,
                            .n_roles = 2};

static ffh_confine confine;
static ffh_verdict verdict;

static void print(ffh_out *out, ffh_actor thread) {
  ffh_out_str(out, "thread ");
  ffh_out_unsigned(out, thread.id);
}

static int fresh(void **state) {
  (void)state;
  functions[MAKE_CHILD].child_of = 0;
  functions[MAKE_DEPENDANT].dies_with = 0;
  functions[END + SERIAL_T].error_kind = FFH_ERROR_BY_STATUS;
  functions[SERVE].plays = BOSS;
  functions[ORDER].threading = FFH_THREADING_ROLE;
  functions[ORDER].role = BOSS;
  functions[ANYWHERE].threading = FFH_THREADING_SHARED;
  functions[START].flags = functions[STOP].flags = FFH_FN_LEGACY;
  memset(&confine, 0, sizeof confine);
  ffh_confine_start(&confine, &target, print);
  ffh_confine_begin_input(&confine);
  return 0;
}

/* ---- a script of events ---- */

typedef struct step {
  uint8_t kind; /* ffh_inner_kind, or CALL: in and out */
  uint16_t function;
  uint32_t thread;
  uintptr_t object, made;
  int64_t status;
  bool internal;
} step;

enum { CALL = 100 };
#define DO(function_, thread_, object_) \
  {.kind = CALL, .function = (function_), .thread = (thread_), .object = (object_)}
#define NEW(type, thread_, made_) \
  {.kind = CALL, .function = MAKE + (type), .thread = (thread_), .made = (made_)}
#define IN(function_, thread_, object_) \
  {.kind = FFH_INNER_ENTER, .function = (function_), .thread = (thread_), .object = (object_)}
#define OUT(function_, thread_, object_) \
  {.kind = FFH_INNER_LEAVE, .function = (function_), .thread = (thread_), .object = (object_)}
#define GONE(thread_) {.kind = FFH_INNER_THREAD_ENDED, .thread = (thread_)}

static bool again;

static ffh_rule see(const step *s, uint8_t kind) {
  const ffh_word args[2] = {{.u = s->object}, {.u = 0}};
  const ffh_word result = {.i = s->made != 0 ? (int64_t)s->made : s->status};
  ffh_inner_event event = {.kind = kind,
                           .internal = s->internal,
                           .thread = {s->thread, FFH_NONE},
                           .function = &functions[s->function],
                           .args = args,
                           .result = &result,
                           .n_frames = 1,
                           .frames = {s->thread}};
  bool may = ffh_confine_see(&confine, &event, &verdict);
  again = kind == FFH_INNER_ENTER ? may : again;
  return verdict.rule;
}

/* Every step but the last is allowed; what the last one breaks. */
static ffh_rule play(const step *steps, size_t n) {
  for (size_t i = 0; i < n; i++) {
    ffh_rule rule = see(&steps[i], steps[i].kind == CALL ? FFH_INNER_ENTER : steps[i].kind);
    if (rule != FFH_RULE_NONE) {
      assert_int_equal(i, n - 1);
      return rule;
    }
    if (steps[i].kind == CALL) {
      assert_int_equal(see(&steps[i], FFH_INNER_LEAVE), FFH_RULE_NONE);
    }
  }
  return FFH_RULE_NONE;
}

#define EXPECT(rule, ...)                                                 \
  do {                                                                    \
    const step steps_[] = {__VA_ARGS__};                                  \
    fresh(NULL);                                                          \
    assert_int_equal(play(steps_, sizeof steps_ / sizeof *steps_), rule); \
  } while (0)

#define OBJECT 0x1000
#define OTHER 0x2000

/* ---- policies ---- */

static void free_objects_go_anywhere(void **state) {
  (void)state;
  EXPECT(FFH_RULE_NONE, NEW(FREE_T, 1, OBJECT), IN(USE + FREE_T, 1, OBJECT),
         DO(USE + FREE_T, 2, OBJECT), OUT(USE + FREE_T, 1, OBJECT), DO(END + FREE_T, 3, OBJECT));
}

static void serial_objects_take_one_call_at_a_time(void **state) {
  (void)state;
  EXPECT(FFH_RULE_NONE, NEW(SERIAL_T, 1, OBJECT), DO(USE + SERIAL_T, 1, OBJECT),
         DO(USE + SERIAL_T, 2, OBJECT), DO(END + SERIAL_T, 3, OBJECT));
  EXPECT(FFH_CONCURRENT_USE, NEW(SERIAL_T, 1, OBJECT), IN(USE + SERIAL_T, 1, OBJECT),
         IN(USE + SERIAL_T, 2, OBJECT));
  EXPECT(FFH_CONCURRENT_USE, NEW(SERIAL_T, 1, OBJECT), IN(USE + SERIAL_T, 1, OBJECT),
         IN(END + SERIAL_T, 2, OBJECT));
  /* The same thread may come again, from a callback. */
  EXPECT(FFH_RULE_NONE, NEW(SERIAL_T, 1, OBJECT), IN(USE + SERIAL_T, 1, OBJECT),
         DO(USE + SERIAL_T, 1, OBJECT), OUT(USE + SERIAL_T, 1, OBJECT),
         DO(USE + SERIAL_T, 2, OBJECT));
  /* Nobody saw its creation: who is inside is known all the same. */
  EXPECT(FFH_CONCURRENT_USE, IN(USE + SERIAL_T, 1, OBJECT), IN(USE + SERIAL_T, 2, OBJECT));
  EXPECT(FFH_RULE_NONE, IN(USE + SERIAL_T, 1, OBJECT), OUT(USE + SERIAL_T, 1, OBJECT),
         DO(USE + SERIAL_T, 2, OBJECT));
}

static void an_unwound_call_is_no_longer_inside(void **state) {
  (void)state;
  EXPECT(FFH_RULE_NONE, NEW(SERIAL_T, 1, OBJECT), IN(USE + SERIAL_T, 1, OBJECT),
         {.kind = FFH_INNER_UNWOUND, .function = USE + SERIAL_T, .thread = 1, .object = OBJECT},
         DO(USE + SERIAL_T, 2, OBJECT));
}

static void confined_objects_stay_on_their_thread(void **state) {
  (void)state;
  EXPECT(FFH_RULE_NONE, NEW(CONFINED_T, 1, OBJECT), DO(USE + CONFINED_T, 1, OBJECT),
         DO(END + CONFINED_T, 1, OBJECT));
  EXPECT(FFH_WRONG_THREAD, NEW(CONFINED_T, 1, OBJECT), IN(USE + CONFINED_T, 2, OBJECT));
  assert_int_equal(verdict.n_evidence, 2);
  assert_non_null(strstr(verdict.message, "use_confined"));
  assert_non_null(strstr(verdict.evidence[0].title, "on thread 2"));
  assert_non_null(strstr(verdict.evidence[1].title, "created by make_confined"));
  assert_non_null(strstr(verdict.evidence[1].title, "on thread 1"));
  assert_int_equal(verdict.evidence[0].frames[0], 2);
  assert_int_equal(verdict.evidence[1].frames[0], 1);
  EXPECT(FFH_WRONG_THREAD, NEW(CONFINED_T, 1, OBJECT), IN(END + CONFINED_T, 2, OBJECT));
}

static void a_function_may_be_free_of_its_handles_policy(void **state) {
  (void)state;
  EXPECT(FFH_RULE_NONE, NEW(CONFINED_T, 1, OBJECT), DO(ANYWHERE, 2, OBJECT));
}

static void an_object_whose_creation_nobody_saw_has_no_owner(void **state) {
  (void)state;
  EXPECT(FFH_RULE_NONE, DO(USE + CONFINED_T, 1, OBJECT), DO(USE + CONFINED_T, 2, OBJECT),
         DO(END + CONFINED_T, 3, OBJECT), DO(USE + CONFINED_T, 1, OBJECT));
  EXPECT(
      FFH_RULE_NONE,
      {.kind = CALL, .function = MAKE + CONFINED_T, .thread = 9, .made = OBJECT, .internal = true},
      DO(USE + CONFINED_T, 1, OBJECT));
  const step before = NEW(CONFINED_T, 1, OBJECT), after = IN(USE + CONFINED_T, 2, OBJECT);
  fresh(NULL);
  assert_int_equal(play(&before, 1), FFH_RULE_NONE);
  ffh_confine_begin_input(&confine);
  assert_int_equal(play(&after, 1), FFH_RULE_NONE);
}

static void a_handover_changes_the_owner(void **state) {
  (void)state;
  EXPECT(FFH_RULE_NONE, NEW(GIVEN_T, 1, OBJECT), DO(ADOPT, 2, OBJECT), DO(USE + GIVEN_T, 2, OBJECT),
         DO(END + GIVEN_T, 2, OBJECT));
  EXPECT(FFH_WRONG_THREAD, NEW(GIVEN_T, 1, OBJECT), DO(ADOPT, 2, OBJECT),
         IN(USE + GIVEN_T, 1, OBJECT));
  EXPECT(FFH_CONCURRENT_USE, NEW(GIVEN_T, 1, OBJECT), IN(USE + GIVEN_T, 1, OBJECT),
         IN(ADOPT, 2, OBJECT));
}

static void the_first_user_plays_a_role(void **state) {
  (void)state;
  EXPECT(FFH_RULE_NONE, NEW(ROLE_T, 1, OBJECT), DO(USE + ROLE_T, 1, OBJECT), NEW(ROLE_T, 1, OTHER));
  EXPECT(FFH_WRONG_THREAD, NEW(ROLE_T, 1, OBJECT), IN(USE + ROLE_T, 2, OBJECT));
  EXPECT(FFH_WRONG_THREAD, NEW(ROLE_T, 1, OBJECT), IN(MAKE + ROLE_T, 2, 0));
  /* With its last object the role is free again. */
  EXPECT(FFH_RULE_NONE, NEW(ROLE_T, 1, OBJECT), DO(END + ROLE_T, 1, OBJECT), NEW(ROLE_T, 2, OBJECT),
         DO(USE + ROLE_T, 2, OBJECT));
  EXPECT(FFH_WRONG_THREAD, NEW(ROLE_T, 1, OBJECT), NEW(ROLE_T, 1, OTHER),
         DO(END + ROLE_T, 1, OBJECT), IN(USE + ROLE_T, 2, OTHER));
}

static void a_word_says_who_plays_a_role(void **state) {
  (void)state;
  EXPECT(FFH_RULE_NONE, DO(ORDER, 1, 0), DO(ORDER, 2, 0)); /* nobody plays it yet */
  EXPECT(FFH_RULE_NONE, DO(SERVE, 1, 0), DO(ORDER, 1, 0), DO(SERVE, 2, 0), DO(ORDER, 2, 0));
  EXPECT(FFH_WRONG_THREAD, DO(SERVE, 1, 0), IN(ORDER, 2, 0));
  /* The legacy library's own thread, by a call that nobody judges. */
  EXPECT(FFH_WRONG_THREAD, {.kind = CALL, .function = SERVE, .thread = 1, .internal = true},
         IN(ORDER, 2, 0));
  EXPECT(FFH_OWNER_GONE, DO(SERVE, 1, 0), GONE(1), IN(ORDER, 2, 0));
}

static void a_cast_role_is_not_given_up(void **state) {
  (void)state;
  const step steps[] = {NEW(ROLE_T, 1, OBJECT), DO(END + ROLE_T, 1, OBJECT),
                        IN(MAKE + ROLE_T, 2, 0)};
  fresh(NULL);
  ffh_confine_cast(&confine, WORKER, (ffh_actor){1, 0});
  assert_int_equal(play(steps, 3), FFH_WRONG_THREAD);
}

static void an_owner_that_has_ended_is_gone(void **state) {
  (void)state;
  EXPECT(FFH_OWNER_GONE, NEW(CONFINED_T, 1, OBJECT), GONE(1), IN(USE + CONFINED_T, 2, OBJECT));
  EXPECT(FFH_OWNER_GONE, NEW(ROLE_T, 1, OBJECT), GONE(1), IN(END + ROLE_T, 2, OBJECT));
  EXPECT(FFH_RULE_NONE, NEW(GIVEN_T, 1, OBJECT), GONE(1), DO(ADOPT, 2, OBJECT),
         DO(USE + GIVEN_T, 2, OBJECT));
  EXPECT(FFH_RULE_NONE, NEW(FREE_T, 1, OBJECT), GONE(1), DO(USE + FREE_T, 2, OBJECT));
}

/* ---- lives ---- */

static void a_destroyed_object_is_stale(void **state) {
  (void)state;
  EXPECT(FFH_STALE_HANDLE, NEW(FREE_T, 1, OBJECT), DO(END + FREE_T, 1, OBJECT),
         IN(USE + FREE_T, 1, OBJECT));
  assert_int_equal(verdict.n_evidence, 3);
  EXPECT(FFH_DOUBLE_DESTROY, NEW(FREE_T, 1, OBJECT), DO(END + FREE_T, 1, OBJECT),
         IN(END + FREE_T, 1, OBJECT));
  EXPECT(FFH_STALE_HANDLE, NEW(FREE_T, 1, OBJECT), IN(END + FREE_T, 1, OBJECT),
         IN(USE + FREE_T, 2, OBJECT));
  EXPECT(FFH_DOUBLE_DESTROY, NEW(FREE_T, 1, OBJECT), IN(END + FREE_T, 1, OBJECT),
         IN(END + FREE_T, 2, OBJECT));
  /* A destructor that calls the object's functions, or the other variant of itself. */
  EXPECT(FFH_RULE_NONE, NEW(FREE_T, 1, OBJECT), IN(END + FREE_T, 1, OBJECT),
         DO(USE + FREE_T, 1, OBJECT),
         {.kind = CALL, .function = END + FREE_T, .thread = 1, .object = OBJECT, .internal = true});
}

static void a_new_object_at_an_old_address_is_another(void **state) {
  (void)state;
  EXPECT(FFH_RULE_NONE, NEW(CONFINED_T, 1, OBJECT), DO(END + CONFINED_T, 1, OBJECT),
         NEW(CONFINED_T, 2, OBJECT), DO(USE + CONFINED_T, 2, OBJECT),
         DO(END + CONFINED_T, 2, OBJECT), NEW(FREE_T, 3, OBJECT), DO(USE + FREE_T, 4, OBJECT));
  /* The first one ended unseen. */
  EXPECT(FFH_RULE_NONE, NEW(ROLE_T, 1, OBJECT), NEW(ROLE_T, 1, OBJECT), DO(END + ROLE_T, 1, OBJECT),
         NEW(ROLE_T, 2, OBJECT));
}

static void a_refused_destruction_changes_nothing(void **state) {
  (void)state;
  EXPECT(FFH_RULE_NONE, NEW(SERIAL_T, 1, OBJECT),
         {.kind = CALL, .function = END + SERIAL_T, .thread = 1, .object = OBJECT, .status = 1},
         DO(USE + SERIAL_T, 2, OBJECT), DO(END + SERIAL_T, 2, OBJECT));
  EXPECT(FFH_STALE_HANDLE, NEW(SERIAL_T, 1, OBJECT), DO(END + SERIAL_T, 1, OBJECT),
         IN(USE + SERIAL_T, 1, OBJECT));
}

static void the_last_reference_ends_an_object(void **state) {
  (void)state;
  EXPECT(FFH_RULE_NONE, NEW(COUNTED_T, 1, OBJECT), DO(RETAIN, 2, OBJECT),
         DO(END + COUNTED_T, 1, OBJECT), DO(USE + COUNTED_T, 2, OBJECT),
         DO(END + COUNTED_T, 2, OBJECT));
  EXPECT(FFH_STALE_HANDLE, NEW(COUNTED_T, 1, OBJECT), DO(RETAIN, 2, OBJECT),
         DO(END + COUNTED_T, 1, OBJECT), DO(END + COUNTED_T, 2, OBJECT),
         IN(USE + COUNTED_T, 1, OBJECT));
}

static void an_object_of_another_type_is_refused(void **state) {
  (void)state;
  EXPECT(FFH_WRONG_HANDLE, NEW(SERIAL_T, 1, OBJECT), IN(USE + FREE_T, 1, OBJECT));
  /* Two objects may begin at one address: the first member, the base. */
  EXPECT(FFH_RULE_NONE, NEW(SERIAL_T, 1, OBJECT), NEW(FREE_T, 1, OBJECT),
         DO(USE + FREE_T, 1, OBJECT), DO(USE + SERIAL_T, 1, OBJECT));
  /* Nothing in the contract creates that type, so it may be anything. */
  EXPECT(FFH_RULE_NONE, NEW(SERIAL_T, 1, OBJECT), DO(USE + CHILD_T, 1, OTHER));
}

static void children_end_before_their_parents(void **state) {
  (void)state;
  const step make_child = {
      .kind = CALL, .function = MAKE_CHILD, .thread = 1, .object = OBJECT, .made = OTHER};
  EXPECT(FFH_RULE_NONE, NEW(FREE_T, 1, OBJECT), make_child, DO(USE + CHILD_T, 2, OTHER),
         DO(END + CHILD_T, 2, OTHER), DO(END + FREE_T, 1, OBJECT));
  EXPECT(FFH_PARENT_GONE, NEW(FREE_T, 1, OBJECT), make_child, IN(END + FREE_T, 1, OBJECT));
  assert_int_equal(verdict.n_evidence, 3);
}

static void dependants_end_with_their_parents(void **state) {
  (void)state;
  const step make = {
      .kind = CALL, .function = MAKE_DEPENDANT, .thread = 1, .object = OBJECT, .made = OTHER};
  EXPECT(FFH_RULE_NONE, NEW(FREE_T, 1, OBJECT), make, DO(USE + DEPENDANT_T, 2, OTHER),
         DO(END + FREE_T, 1, OBJECT));
  EXPECT(FFH_STALE_HANDLE, NEW(FREE_T, 1, OBJECT), make, DO(END + FREE_T, 1, OBJECT),
         IN(USE + DEPENDANT_T, 1, OTHER));
}

static void calls_come_between_start_and_end(void **state) {
  (void)state;
  fresh(NULL);
  functions[START].flags |= FFH_FN_INIT;
  functions[STOP].flags |= FFH_FN_FINI;
  ffh_confine_start(&confine, &target, print);
  const step good[] = {DO(START, 1, 0), NEW(FREE_T, 1, OBJECT), DO(END + FREE_T, 2, OBJECT),
                       DO(STOP, 1, 0),  DO(START, 1, 0),        NEW(FREE_T, 1, OBJECT),
                       DO(STOP, 1, 0)};
  assert_int_equal(play(good, sizeof good / sizeof *good), FFH_RULE_NONE);
  /* From a callback of the initialisation. */
  const step early[] = {IN(START, 1, 0), NEW(FREE_T, 1, OBJECT), OUT(START, 1, 0), DO(STOP, 1, 0)};
  assert_int_equal(play(early, sizeof early / sizeof *early), FFH_RULE_NONE);
  const step late[] = {IN(USE + FREE_T, 1, OBJECT)};
  assert_int_equal(play(late, 1), FFH_INIT_ORDER);
  assert_int_equal(verdict.n_evidence, 2);
  confine.fini.function = NULL;
  assert_int_equal(play(late, 1), FFH_INIT_ORDER);
  assert_int_equal(verdict.n_evidence, 1);
}

/* ---- the table ---- */

static void only_plain_uses_need_not_ask_again(void **state) {
  (void)state;
  EXPECT(FFH_RULE_NONE, NEW(CONFINED_T, 1, OBJECT), DO(USE + CONFINED_T, 1, OBJECT));
  assert_true(again);
  EXPECT(FFH_RULE_NONE, NEW(SERIAL_T, 1, OBJECT), DO(USE + SERIAL_T, 1, OBJECT));
  assert_false(again);
  EXPECT(FFH_RULE_NONE, NEW(GIVEN_T, 1, OBJECT), DO(USE + GIVEN_T, 1, OBJECT));
  assert_false(again);
}

static void every_change_is_told(void **state) {
  (void)state;
  const step make = NEW(FREE_T, 1, OBJECT), use = DO(USE + FREE_T, 1, OBJECT),
             end = DO(END + FREE_T, 1, OBJECT);
  fresh(NULL);
  confine.changed = false;
  play(&make, 1);
  assert_true(confine.changed);
  confine.changed = false;
  play(&use, 1);
  assert_false(confine.changed);
  play(&end, 1);
  assert_true(confine.changed);
}

static void a_full_table_forgets_the_dead_and_then_sees_no_more(void **state) {
  (void)state;
  fresh(NULL);
  for (uintptr_t i = 1; i <= FFH_CONFINE_OBJECTS + 100; i++) {
    const step steps[] = {NEW(CONFINED_T, 1, i * 16), DO(END + CONFINED_T, 1, i * 16)};
    assert_int_equal(play(steps, 2), FFH_RULE_NONE);
  }
  assert_int_equal(confine.untracked, 0);
  for (uintptr_t i = 1; i <= FFH_CONFINE_OBJECTS + 100; i++) {
    const step make = NEW(CONFINED_T, 1, i * 16);
    assert_int_equal(play(&make, 1), FFH_RULE_NONE);
  }
  assert_int_equal(confine.untracked, 100);
  const step known = IN(USE + CONFINED_T, 2, 16),
             unknown = IN(USE + CONFINED_T, 2, (FFH_CONFINE_OBJECTS + 50) * 16);
  assert_int_equal(play(&unknown, 1), FFH_RULE_NONE);
  assert_int_equal(play(&known, 1), FFH_WRONG_THREAD);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(free_objects_go_anywhere, fresh),
      cmocka_unit_test_setup(serial_objects_take_one_call_at_a_time, fresh),
      cmocka_unit_test_setup(an_unwound_call_is_no_longer_inside, fresh),
      cmocka_unit_test_setup(confined_objects_stay_on_their_thread, fresh),
      cmocka_unit_test_setup(a_function_may_be_free_of_its_handles_policy, fresh),
      cmocka_unit_test_setup(an_object_whose_creation_nobody_saw_has_no_owner, fresh),
      cmocka_unit_test_setup(a_handover_changes_the_owner, fresh),
      cmocka_unit_test_setup(the_first_user_plays_a_role, fresh),
      cmocka_unit_test_setup(a_word_says_who_plays_a_role, fresh),
      cmocka_unit_test_setup(a_cast_role_is_not_given_up, fresh),
      cmocka_unit_test_setup(an_owner_that_has_ended_is_gone, fresh),
      cmocka_unit_test_setup(a_destroyed_object_is_stale, fresh),
      cmocka_unit_test_setup(a_new_object_at_an_old_address_is_another, fresh),
      cmocka_unit_test_setup(a_refused_destruction_changes_nothing, fresh),
      cmocka_unit_test_setup(the_last_reference_ends_an_object, fresh),
      cmocka_unit_test_setup(an_object_of_another_type_is_refused, fresh),
      cmocka_unit_test_setup(children_end_before_their_parents, fresh),
      cmocka_unit_test_setup(dependants_end_with_their_parents, fresh),
      cmocka_unit_test_setup(calls_come_between_start_and_end, fresh),
      cmocka_unit_test_setup(only_plain_uses_need_not_ask_again, fresh),
      cmocka_unit_test_setup(every_change_is_told, fresh),
      cmocka_unit_test_setup(a_full_table_forgets_the_dead_and_then_sees_no_more, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
