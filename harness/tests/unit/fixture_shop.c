#include "fixture_shop.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/blank.h"
#include "base/id.h"
#include "sched/sched.h"

enum { STORE, CURSOR, JOB, PANEL, LEDGER, NOTE, TAG, TYPES };
enum { ROOM_SLOTS = 64, ROOM_FUNCTIONS = 32 };

ffh_shop_log ffh_shop;

static bool alive[FFH_SHOP_OBJECTS]; /* an object is the address of its byte */

void ffh_shop_reset(void) {
  unsigned inits = ffh_shop.inits;
  memset(&ffh_shop, 0, sizeof ffh_shop);
  memset(alive, 0, sizeof alive);
  ffh_shop.inits = inits;
}

/* ---- the library ---- */

static void note(const char *function, const void *object) {
  unsigned number = object == NULL ? 0 : (unsigned)((const bool *)object - alive);
  if (ffh_shop.n_calls < FFH_SHOP_CALLS) {
    ffh_shop.calls[ffh_shop.n_calls++] =
        (ffh_shop_call){function, number, ffh_sched_current_lane()};
  }
}

static void *make(const char *function) {
  unsigned number = ++ffh_shop.n_objects % FFH_SHOP_OBJECTS;
  alive[number] = true;
  ffh_shop.alive++;
  note(function, &alive[number]);
  return &alive[number];
}

static void check(const void *object) {
  ffh_shop.misuses += !*(const bool *)object;
}

static void use(const char *function, const void *object) {
  check(object);
  note(function, object);
}

static void end(const char *function, void *object) {
  use(function, object);
  ffh_shop.alive -= *(bool *)object;
  *(bool *)object = false;
}

#define CALL(name) static void name(const ffh_word *args, ffh_word *result)

CALL(store_open) {
  if (args[0].u != 0) {
    note("store_open", NULL);
    result->p = NULL;
  } else {
    result->p = make("store_open");
  }
}
CALL(store_close) {
  (void)result;
  end("store_close", args[0].p);
}
CALL(cursor_new) {
  check(args[0].p);
  result->p = make("cursor_new");
}
CALL(cursor_next) {
  use("cursor_next", args[0].p);
  result->u = 0;
}
CALL(cursor_close) {
  (void)result;
  end("cursor_close", args[0].p);
}
CALL(job_start) {
  check(args[0].p);
  result->p = make("job_start");
}
CALL(job_wait) {
  (void)result;
  use("job_wait", args[0].p);
}
CALL(panel_new) {
  (void)args;
  result->p = make("panel_new");
}
CALL(panel_close) {
  (void)result;
  end("panel_close", args[0].p);
}
CALL(ledger_open) {
  (void)args;
  result->p = make("ledger_open");
}
CALL(ledger_seal) {
  (void)result;
  use("ledger_seal", args[0].p);
}
CALL(ledger_close) {
  (void)result;
  end("ledger_close", args[0].p);
}
CALL(note_make) {
  (void)args;
  result->p = make("note_make");
}
CALL(note_free) {
  (void)result;
  end("note_free", args[0].p);
}
CALL(tag_new) {
  (void)args;
  result->p = make("tag_new");
}
CALL(tag_put) {
  (void)result;
  check(args[0].p);
  use("tag_put", args[1].p);
}
CALL(tag_delete) {
  (void)result;
  end("tag_delete", args[0].p);
}
CALL(status_odd) {
  (void)args;
  result->u = 9;
}
static void *volatile held; /* so that the compiler keeps the allocation */
CALL(memory_use) {
  (void)args;
  (void)result;
  held = malloc(24);
  free(held);
  held = NULL;
}
CALL(memory_lose) {
  (void)args;
  (void)result;
  held = malloc(40);
  held = NULL;
}
CALL(shop_init) {
  (void)args;
  (void)result;
  ffh_shop.inits++;
}

CALL(shop_fini) {
  (void)args;
  (void)result;
  ffh_shop.finis++;
}

/* ---- its tables ---- */

static struct {
  ffh_target target;
  ffh_handle_type types[TYPES];
  ffh_function functions[ROOM_FUNCTIONS];
  ffh_slot slots[ROOM_SLOTS];
  unsigned n_slots;
} shop;

static const char *const roles[] = {"main", "executor"};
static const char *const states[] = {"sealed"};
static const int64_t failures[] = {1};

static ffh_function *add(const char *name, void (*call)(const ffh_word *, ffh_word *)) {
  ffh_function *function = &shop.functions[shop.target.n_functions++];
  *function = (ffh_function){.name = name,
                             .id = ffh_id(name),
                             .threading = FFH_THREADING_INHERIT,
                             .error_slot = FFH_NONE,
                             .result_slot = FFH_NONE,
                             FFH_FUNCTION_BLANK,
                             .slots = &shop.slots[shop.n_slots],
                             .signature = name,
                             .line = shop.target.n_functions,
                             .edge = {.name = name, .to = FFH_SIDE_LIBRARY, .slot = FFH_NONE},
                             .call = call};
  return function;
}

static ffh_slot *slot(ffh_function *function, const char *name, ffh_kind kind, unsigned type,
                      unsigned flags) {
  ffh_slot *added = &shop.slots[shop.n_slots++];
  *added = (ffh_slot){.name = name,
                      .id = ffh_id(name),
                      .kind = (uint8_t)kind,
                      .flags = (uint16_t)flags,
                      .param = (int16_t)function->n_params++,
                      .parent = FFH_NONE,
                      .size = 8,
                      .align = 8,
                      FFH_SLOT_BLANK,
                      .handle_type = (uint16_t)type};
  function->n_slots++;
  return added;
}

static ffh_slot *takes(ffh_function *function, const char *name, unsigned type, unsigned flags) {
  return slot(function, name, FFH_KIND_HANDLE, type, flags);
}

static void gives(ffh_function *function, ffh_kind kind, unsigned type) {
  ffh_slot *result = slot(function, "result", kind, type,
                          kind == FFH_KIND_HANDLE ? (unsigned)FFH_SLOT_CREATES : 0u);
  function->n_params--;
  result->param = FFH_PARAM_RESULT;
  result->direction = FFH_DIR_OUT;
  function->result_slot = (uint16_t)(function->n_slots - 1);
  if (kind == FFH_KIND_STATUS) {
    function->error_kind = FFH_ERROR_BY_STATUS;
    function->error_slot = function->result_slot;
    function->failures = failures;
    function->n_failures = 1;
  }
}

static void set_type(unsigned type, const char *name, ffh_threading threading,
                     const ffh_function *creator, const ffh_function *destroy) {
  shop.types[type] = (ffh_handle_type){
      .name = name,
      .id = ffh_id(name),
      .threading = (uint8_t)threading,
      .role = threading == FFH_THREADING_ROLE,
      .is_memory = type == NOTE,
      .creator_fn = (uint16_t)(creator - shop.functions),
      .destroy_fn = destroy == NULL ? FFH_NONE : (uint16_t)(destroy - shop.functions)};
}

static void add_store_and_its_own(void) {
  ffh_function *open = add("store_open", store_open);
  slot(open, "fail", FFH_KIND_BOOL, FFH_NONE, 0);
  gives(open, FFH_KIND_HANDLE, STORE);
  open->error_kind = FFH_ERROR_BY_NULL;
  ffh_function *close = add("store_close", store_close);
  takes(close, "store", STORE, FFH_SLOT_CONSUMES);
  ffh_function *new = add("cursor_new", cursor_new);
  takes(new, "store", STORE, 0);
  gives(new, FFH_KIND_HANDLE, CURSOR);
  new->child_of = 0;
  ffh_function *next = add("cursor_next", cursor_next);
  takes(next, "cursor", CURSOR, 0);
  gives(next, FFH_KIND_STATUS, FFH_NONE);
  ffh_function *end_cursor = add("cursor_close", cursor_close);
  takes(end_cursor, "cursor", CURSOR, FFH_SLOT_CONSUMES);
  ffh_function *start = add("job_start", job_start);
  takes(start, "store", STORE, 0);
  gives(start, FFH_KIND_HANDLE, JOB);
  start->dies_with = 0;
  takes(add("job_wait", job_wait), "job", JOB, 0);
  set_type(STORE, "store", FFH_THREADING_SHARED, open, close);
  set_type(CURSOR, "cursor", FFH_THREADING_CONFINED, new, end_cursor);
  set_type(JOB, "job", FFH_THREADING_SERIAL, start, NULL);
}

static void add_others(void) {
  ffh_function *new_panel = add("panel_new", panel_new);
  gives(new_panel, FFH_KIND_HANDLE, PANEL);
  ffh_function *close_panel = add("panel_close", panel_close);
  takes(close_panel, "panel", PANEL, FFH_SLOT_CONSUMES);
  set_type(PANEL, "panel", FFH_THREADING_ROLE, new_panel, close_panel);
  ffh_function *open = add("ledger_open", ledger_open);
  gives(open, FFH_KIND_HANDLE, LEDGER);
  ffh_function *seal = add("ledger_seal", ledger_seal);
  takes(seal, "ledger", LEDGER, 0)->becomes = 0;
  ffh_function *close = add("ledger_close", ledger_close);
  takes(close, "ledger", LEDGER, FFH_SLOT_CONSUMES)->needs = 0;
  set_type(LEDGER, "ledger", FFH_THREADING_SHARED, open, close);
  ffh_function *make_note = add("note_make", note_make);
  gives(make_note, FFH_KIND_OWNED, NOTE);
  ffh_function *free_note = add("note_free", note_free);
  takes(free_note, "note", NOTE, FFH_SLOT_CONSUMES);
  free_note->flags = FFH_FN_FREES;
  set_type(NOTE, "memory:note_free", FFH_THREADING_SHARED, make_note, free_note);
  ffh_function *new_tag = add("tag_new", tag_new);
  gives(new_tag, FFH_KIND_HANDLE, TAG);
  ffh_function *put = add("tag_put", tag_put);
  takes(put, "store", STORE, 0);
  ffh_slot *kept = takes(put, "tag", TAG, 0);
  kept->until = FFH_UNTIL_DESTROY;
  kept->until_slot = 0;
  ffh_function *delete_tag = add("tag_delete", tag_delete);
  takes(delete_tag, "tag", TAG, FFH_SLOT_CONSUMES);
  set_type(TAG, "tag", FFH_THREADING_SHARED, new_tag, delete_tag);
  gives(add("status_odd", status_odd), FFH_KIND_STATUS, FFH_NONE);
  add("memory_use", memory_use);
  add("memory_lose", memory_lose);
  add("shop_init", shop_init)->flags = FFH_FN_INIT;
  add("shop_fini", shop_fini)->flags = FFH_FN_FINI;
}

const ffh_target *ffh_shop_target(void) {
  if (shop.target.n_functions == 0) {
    shop.target = (ffh_target){.abi = FFH_TARGET_ABI,
                               .id = ffh_id("shop"),
                               .name = "shop",
                               .contract = "shop.h",
                               .handle_types = shop.types,
                               .functions = shop.functions,
                               .roles = roles,
                               .states = states,
                               .n_handle_types = TYPES,
                               .n_roles = 2,
                               .n_states = 1};
    add_store_and_its_own();
    add_others();
  }
  return &shop.target;
}
