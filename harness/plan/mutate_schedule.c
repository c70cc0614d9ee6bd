/* Mutations of the schedule. A new one draws its policy from a mix, for none is best at every bug.
 */
#include <string.h>

#include "plan/edit.h"

/* PCT: most bugs need few ordering constraints. */
static const uint8_t depths[10] = {1, 2, 2, 2, 2, 3, 3, 3, 4, 5};
enum { LIBRARY_THREADS = 4 }; /* that a switch may name; few libraries start more */

/* The more points a call passes, the longer a thread must be able to hold on. */
static unsigned draw_stickiness(ffh_edit *edit, unsigned granularity) {
  return granularity == FFH_GRANULARITY_CALLS  ? ffh_edit_below(edit, 6)
         : granularity == FFH_GRANULARITY_SYNC ? ffh_edit_below(edit, 8)
                                               : 1 + ffh_edit_below(edit, 12);
}

static void draw_policy(ffh_edit *edit, ffh_schedule *schedule) {
  unsigned policy = ffh_policy_draw(ffh_edit_below(edit, 10));
  ffh_schedule_set_policy(schedule, policy, draw_stickiness(edit, schedule->granularity),
                          depths[ffh_edit_below(edit, sizeof depths)]);
  schedule->length = 0;
  schedule->n_weights = 0;
}

void ffh_generate_schedule(ffh_edit *edit) {
  ffh_build_schedule(edit->build,
                     &(ffh_schedule_wish){.lanes = edit->lanes,
                                          .granularity = edit->granularity,
                                          .seed = (uint32_t)ffh_edit_below(edit, 1 << 16)});
  draw_policy(edit, &edit->build->plan->schedule);
}

/* ---- how long a run is expected to be ---- */

static bool is_known(const ffh_edit *edit, const ffh_schedule *schedule) {
  return schedule->granularity == FFH_GRANULARITY_CALLS ||
         (edit->points_of != NULL && schedule->granularity == edit->granularity);
}

static uint64_t points_of(const ffh_edit *edit, const ffh_schedule *schedule, uint16_t function) {
  uint32_t points = schedule->granularity == FFH_GRANULARITY_CALLS ? 1 : edit->points_of(function);
  return points == 0 ? 1 : points;
}

void ffh_edit_estimate(const ffh_edit *edit, ffh_plan *plan) {
  ffh_schedule *schedule = &plan->schedule;
  bool weighs = schedule->policy == FFH_POLICY_SURW;
  if ((schedule->policy != FFH_POLICY_PCT && !weighs) || plan->n_calls == 0 ||
      !is_known(edit, schedule)) {
    return;
  }
  uint64_t lanes[FFH_MAX_LANES] = {0}, length = 0;
  for (unsigned i = 0; i < plan->n_calls; i++) {
    uint64_t points = points_of(edit, schedule, plan->calls[i].function);
    lanes[plan->calls[i].lane] += points;
    length += points;
  }
  schedule->length = length < UINT32_MAX ? (uint32_t)length : UINT32_MAX;
  unsigned n = 0;
  for (unsigned lane = 0; weighs && lane < schedule->lanes && n < FFH_MAX_WEIGHTS; lane++) {
    if (lanes[lane] != 0) {
      uint32_t points = lanes[lane] < UINT32_MAX ? (uint32_t)lanes[lane] : UINT32_MAX;
      schedule->weights[n++] = (ffh_weight){(ffh_thread_name)lane, points};
    }
  }
  schedule->n_weights = (uint16_t)n;
}

/* ---- switches ---- */

static uint32_t draw_step(ffh_edit *edit, const ffh_schedule *schedule) {
  if (schedule->granularity == FFH_GRANULARITY_CALLS) {
    return ffh_edit_below(edit, 2 * edit->from->n_calls + 1u);
  }
  uint64_t length = schedule->length;
  if (length == 0 && is_known(edit, schedule)) {
    for (unsigned i = 0; i < edit->from->n_calls; i++) {
      length += points_of(edit, schedule, edit->from->calls[i].function);
    }
  }
  if (length == 0) { /* nothing is known: any magnitude is right now and then */
    length = UINT64_C(1) << (3 + ffh_edit_below(edit, 14));
  }
  return ffh_edit_below(edit, length < UINT32_MAX ? (uint32_t)length : UINT32_MAX);
}

static ffh_thread_name draw_thread(ffh_edit *edit, const ffh_schedule *schedule) {
  return (ffh_thread_name)(ffh_edit_below(edit, 8) == 0
                               ? FFH_MAX_LANES + ffh_edit_below(edit, LIBRARY_THREADS)
                               : ffh_edit_below(edit, schedule->lanes));
}

static void remove_switch(ffh_schedule *schedule, unsigned at) {
  memmove(&schedule->switches[at], &schedule->switches[at + 1],
          (schedule->n_switches - at - 1u) * sizeof schedule->switches[0]);
  schedule->n_switches--;
}

/* False when there is one at this step, or no room. */
static bool add_switch(ffh_schedule *schedule, ffh_switch new) {
  unsigned n = schedule->n_switches, at = 0;
  while (at < n && schedule->switches[at].step < new.step) {
    at++;
  }
  if (n == FFH_MAX_SWITCHES || (at < n && schedule->switches[at].step == new.step)) {
    return false;
  }
  memmove(&schedule->switches[at + 1], &schedule->switches[at],
          (n - at) * sizeof schedule->switches[0]);
  schedule->switches[at] = new;
  schedule->n_switches++;
  return true;
}

/* Somewhere else, or a little earlier or later. */
static bool move_switch(ffh_edit *edit, ffh_schedule *schedule, unsigned at) {
  ffh_switch moved = schedule->switches[at];
  uint32_t distance = 1 + ffh_edit_below(edit, UINT32_C(1) << ffh_edit_below(edit, 8));
  if (ffh_edit_below(edit, 3) == 0) {
    moved.step = draw_step(edit, schedule);
  } else if (ffh_edit_below(edit, 2) == 0) {
    moved.step -= distance < moved.step ? distance : moved.step;
  } else {
    moved.step += distance < UINT32_MAX - moved.step ? distance : UINT32_MAX - moved.step;
  }
  ffh_switch old = schedule->switches[at];
  remove_switch(schedule, at);
  return add_switch(schedule, moved) || !add_switch(schedule, old);
}

static bool change_switches(ffh_edit *edit, ffh_schedule *schedule) {
  unsigned n = schedule->n_switches, what = n == 0 ? 0 : ffh_edit_below(edit, 6);
  unsigned at = ffh_edit_below(edit, n);
  switch (what) {
    case 3:
      return move_switch(edit, schedule, at);
    case 4:
      schedule->switches[at].thread = draw_thread(edit, schedule);
      return true;
    case 5:
      remove_switch(schedule, at);
      return true;
    default:
      return add_switch(schedule,
                        (ffh_switch){draw_step(edit, schedule), draw_thread(edit, schedule)});
  }
}

/* ---- choosing ---- */

bool ffh_mutate_schedule(ffh_edit *edit, ffh_mutation what) {
  ffh_schedule *schedule = &edit->build->plan->schedule;
  if (schedule->granularity != edit->granularity) { /* what was expected counts other points */
    schedule->granularity = (uint8_t)edit->granularity;
    schedule->length = 0;
    schedule->n_weights = 0;
  }
  switch (what) {
    case FFH_MUTATE_LANES:
      ffh_schedule_set_lanes(schedule, 1 + ffh_edit_below(edit, edit->lanes));
      break;
    case FFH_MUTATE_SEED:
      schedule->seed = (uint32_t)ffh_prng_next(edit->prng);
      break;
    case FFH_MUTATE_POLICY:
      draw_policy(edit, schedule);
      break;
    case FFH_MUTATE_STICKINESS:
      if (schedule->policy != FFH_POLICY_RANDOM) {
        return false;
      }
      schedule->stickiness = (uint8_t)draw_stickiness(edit, schedule->granularity);
      break;
    case FFH_MUTATE_DEPTH:
      if (schedule->policy != FFH_POLICY_PCT) {
        return false;
      }
      schedule->depth = depths[ffh_edit_below(edit, sizeof depths)];
      break;
    default:
      if (!change_switches(edit, schedule)) {
        return false;
      }
      break;
  }
  ffh_edit_copy(edit, 0, edit->from->n_calls, -1);
  return true;
}
