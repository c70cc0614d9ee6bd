#include "fixture_target.h"

#include <string.h>

#include "base/id.h"
#include "fixture_tables.h"

static ffh_tables fixtures[FFH_FIXTURE_VARIANTS];

static const char *const roles[] = {"main", "executor"};
static const char *const states[] = {"open", "closed"};

/* What survives an allocation that fails. */
static void set_failing(ffh_tables *f) {
  static const char *const names[] = {"store_open", "store_put", "scale", "text_check"};
  for (unsigned i = 0; i < f->target.n_functions; i++) {
    for (unsigned k = 0; k < sizeof names / sizeof names[0]; k++) {
      if (strcmp(f->functions[i].name, names[k]) == 0) {
        f->functions[i].flags |= FFH_FN_NO_MEMORY;
      }
    }
  }
}

static void set_type(ffh_tables *f, unsigned type, const char *name, ffh_threading threading,
                     const char *creator, const char *destroy) {
  f->types[type] = (ffh_handle_type){
      .name = name,
      .id = ffh_id(name),
      .threading = (uint8_t)threading,
      .role = threading == FFH_THREADING_ROLE && type == FFH_FIXTURE_WIDGET,
      .is_memory = type == FFH_FIXTURE_MEMORY,
      .destroy_fn = destroy == NULL ? FFH_NONE : ffh_fixture_function(&f->target, destroy),
      .creator_fn = creator == NULL ? FFH_NONE : ffh_fixture_function(&f->target, creator),
      .line = type};
}

static void build(ffh_tables *f, ffh_fixture_variant variant) {
  f->target = (ffh_target){.abi = FFH_TARGET_ABI,
                           .id = ffh_id("fixture"),
                           .name = "fixture",
                           .contract = "harness/tests/unit/fixture_target.c",
                           .handle_types = f->types,
                           .functions = f->functions,
                           .roles = roles,
                           .states = states,
                           .n_handle_types = FFH_FIXTURE_TYPES,
                           .n_roles = 2,
                           .n_states = 2};
  ffh_fixture_add_stores(f, variant);
  ffh_fixture_add_cursors(f);
  ffh_fixture_add_jobs(f);
  ffh_fixture_add_snapshots(f, variant);
  ffh_fixture_add_request(f);
  ffh_fixture_add_arrays(f);
  ffh_fixture_add_numbers(f);
  set_type(f, FFH_FIXTURE_STORE, "store", FFH_THREADING_SHARED, "store_open", "store_close");
  set_type(f, FFH_FIXTURE_CURSOR, "cursor", FFH_THREADING_CONFINED, "cursor_new", "cursor_close");
  set_type(f, FFH_FIXTURE_JOB, "job", FFH_THREADING_SERIAL, "job_start", "job_cancel");
  set_type(f, FFH_FIXTURE_WIDGET, "widget", FFH_THREADING_ROLE, "widget_new", "widget_delete");
  set_type(f, FFH_FIXTURE_WINDOW, "window", FFH_THREADING_ROLE, "window_new", "window_close");
  set_type(f, FFH_FIXTURE_MEMORY, "memory:fixture_free", FFH_THREADING_SHARED, "store_get",
           "fixture_free");
  set_type(f, FFH_FIXTURE_SNAPSHOT, "snapshot", FFH_THREADING_SHARED, "snapshot_new",
           "snapshot_release");
  set_type(f, FFH_FIXTURE_OPTIONS, "options", FFH_THREADING_SHARED, "options_new",
           "options_release");
  set_type(f, FFH_FIXTURE_ORPHAN, "orphan", FFH_THREADING_SHARED, NULL, NULL);
  set_failing(f);
  f->built = true;
}

const ffh_target *ffh_fixture_variant_of(ffh_fixture_variant variant) {
  ffh_tables *f = &fixtures[variant];
  if (!f->built) {
    build(f, variant);
  }
  return &f->target;
}

const ffh_target *ffh_fixture_target(void) {
  return ffh_fixture_variant_of(FFH_FIXTURE_PLAIN);
}

uint16_t ffh_fixture_function(const ffh_target *target, const char *name) {
  for (uint16_t i = 0; i < target->n_functions; i++) {
    if (strcmp(target->functions[i].name, name) == 0) {
      return i;
    }
  }
  return FFH_NONE;
}

uint16_t ffh_fixture_slot(const ffh_function *function, const char *name) {
  for (uint16_t i = 0; i < function->n_slots; i++) {
    if (strcmp(function->slots[i].name, name) == 0) {
      return i;
    }
  }
  return FFH_NONE;
}
