/* The inner edge in a run: what the wrappers tell goes to the confinement checker. */
#include <string.h>

#include "boundary/inner.h"
#include "check/confine.h"
#include "plan/build.h"
#include "plan/thread.h"
#include "report/stats.h"
#include "run/memory.h"
#include "run/state.h"

/* Guarded by boundary/inner.c, which lets one thread in at a time. */
static ffh_confine confine;

/* Lanes are the same thread in every input; other threads have numbers behind them. */
static ffh_actor self(void) {
  int lane = ffh_sched_current_lane(), thread = ffh_sched_current_thread();
  if (lane >= 0) {
    return (ffh_actor){(uint32_t)lane + 1, (uint16_t)lane};
  }
  return (ffh_actor){FFH_MAX_LANES + ffh_cross_thread(), thread < 0 ? FFH_NONE : (uint16_t)thread};
}

static void print(ffh_out *out, ffh_actor thread) {
  if (thread.name == FFH_NONE) {
    ffh_out_str(out, "a thread of the library");
    return;
  }
  ffh_out_str(out, ffh_thread_is_lane(thread.name) ? "lane " : "thread ");
  ffh_thread_print(out, thread.name);
}

static const ffh_frame *frame_here(void) {
  int lane = ffh_sched_current_lane();
  bool inside = lane >= 0 && ffh_now.frames[lane].outcome == FFH_OUTCOME_DIED;
  return inside ? &ffh_now.frames[lane] : NULL;
}

/* The page of counters may be one that earlier processes have written to, and that the parent of a
 * forked process writes to. A signal may come in between and do the same. */
void ffh_run_count(void) {
  static uint64_t counted[FFH_MAX_FUNCTIONS];
  if (confine.target == NULL || ffh_run_is_child()) {
    return;
  }
  for (uint16_t i = 0; i < confine.target->n_functions; i++) {
    uint64_t now = ffh_inner_counts[i], more = now - counted[i];
    if (more != 0) {
      counted[i] = now;
      ffh_stats_inner(i, more);
    }
  }
}

static bool see(const ffh_inner_event *event) {
  static ffh_verdict verdict;
  ffh_run_memory_inner(event);
  bool again = ffh_confine_see(&confine, event, &verdict);
  if (confine.changed) {
    confine.changed = false;
    ffh_inner_changed();
  }
  if (verdict.rule != FFH_RULE_NONE) {
    ffh_run_report(&verdict, frame_here());
  }
  return again;
}

static bool has_inner(const ffh_target *target) {
  for (uint16_t i = 0; i < target->n_functions; i++) {
    if ((target->functions[i].flags & FFH_FN_LEGACY) != 0) {
      return true;
    }
  }
  return false;
}

void ffh_run_inner_start(void) {
  if (has_inner(ffh_setup.target)) {
    ffh_confine_start(&confine, ffh_setup.target, print);
    ffh_inner_start(see, self);
  }
}

/* Roles that exported functions or handles are confined to are played by the plan's lane. */
static void cast_roles(const ffh_plan *plan) {
  const ffh_target *target = ffh_setup.target;
  for (uint16_t f = 0; f < target->n_functions; f++) {
    const ffh_function *function = &target->functions[f];
    if ((function->flags & FFH_FN_LEGACY) != 0) {
      continue;
    }
    int lane = ffh_function_lane(target, function, plan->schedule.lanes);
    if (function->threading == FFH_THREADING_ROLE && lane >= 0) {
      ffh_confine_cast(&confine, function->role, (ffh_actor){(uint32_t)lane + 1, (uint16_t)lane});
    }
    for (uint16_t s = 0; s < function->n_slots; s++) {
      const ffh_slot *slot = &function->slots[s];
      const ffh_handle_type *type =
          slot->handle_type == FFH_NONE ? NULL : &target->handle_types[slot->handle_type];
      if (type != NULL && slot->kind == FFH_KIND_HANDLE && type->threading == FFH_THREADING_ROLE) {
        lane = ffh_slot_lane(target, function, slot, plan->schedule.lanes, 0);
        if (lane >= 0) {
          ffh_confine_cast(&confine, type->role, (ffh_actor){(uint32_t)lane + 1, (uint16_t)lane});
        }
      }
    }
  }
  for (uint16_t i = 0; i < target->n_roles; i++) {
    if (strcmp(target->roles[i], "main") == 0) {
      ffh_confine_cast(&confine, (uint8_t)i, (ffh_actor){1, 0});
    }
  }
}

void ffh_run_inner_begin(const ffh_plan *plan) {
  if (confine.target == NULL) {
    return;
  }
  ffh_confine_begin_input(&confine);
  cast_roles(plan);
  confine.changed = false;
  ffh_inner_changed();
}
