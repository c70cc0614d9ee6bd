#include "driver/schedules.h"

#include <string.h>

#include "base/prng.h"
#include "sched/sched.h"

enum { LEAST_DEPTH = 2, DEPTHS = 4 };

/* What the mutator draws too: random and PCT three times in ten, POS and SURW twice. */
static const uint8_t mix[] = {
    FFH_POLICY_PCT, FFH_POLICY_RANDOM, FFH_POLICY_SURW, FFH_POLICY_POS, FFH_POLICY_RANDOM,
    FFH_POLICY_PCT, FFH_POLICY_RANDOM, FFH_POLICY_SURW, FFH_POLICY_PCT, FFH_POLICY_POS};

bool ffh_schedules_policy(const char *name, unsigned *policy) {
  static const char *const names[] = {"random", "pct", "pos", "surw", "fixed", "mix"};
  for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (strcmp(name, names[i]) == 0) {
      *policy = i;
      return true;
    }
  }
  return false;
}

static void set_weights(ffh_schedule *schedule) {
  schedule->n_weights = 0;
  for (unsigned i = 0; i < FFH_MAX_THREADS && schedule->n_weights < FFH_MAX_WEIGHTS; i++) {
    uint32_t points = ffh_sched_thread_points(i);
    if (points != 0) {
      schedule->weights[schedule->n_weights++] = (ffh_weight){(ffh_thread_name)i, points};
    }
  }
}

static unsigned log2_of(uint32_t number) {
  return number < 2 ? 0 : 31 - (unsigned)__builtin_clz(number);
}

void ffh_schedules_set(ffh_plan *plan, uint32_t n, unsigned policy, uint32_t points) {
  ffh_schedule *schedule = &plan->schedule;
  ffh_prng prng = {n};
  schedule->seed = (uint32_t)ffh_prng_next(&prng);
  schedule->policy = (uint8_t)(policy < FFH_POLICY_COUNT ? policy : mix[n % sizeof mix]);
  schedule->length = points;
  schedule->n_switches = 0;
  schedule->n_weights = 0;
  schedule->depth = (uint8_t)(LEAST_DEPTH + ffh_prng_below(&prng, DEPTHS));
  schedule->stickiness = (uint8_t)ffh_prng_below(&prng, 1 + log2_of(points));
  if (schedule->stickiness > FFH_MAX_STICKINESS) {
    schedule->stickiness = FFH_MAX_STICKINESS;
  }
  if (schedule->policy == FFH_POLICY_SURW) {
    set_weights(schedule);
  }
}
