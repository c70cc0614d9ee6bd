/* The schedule of a plan: brought within its bounds, and checked. What a policy does not use is 0,
 * so that two schedules that mean the same are the same. */
#include "plan/build.h"

static const char *const policy_names[FFH_POLICY_COUNT] = {"random", "pct", "pos", "surw", "fixed"};
static const char *const granularity_names[FFH_GRANULARITY_COUNT] = {"calls", "sync", "memory"};

const char *ffh_policy_name(unsigned policy) {
  return policy < FFH_POLICY_COUNT ? policy_names[policy] : "unknown";
}

const char *ffh_granularity_name(unsigned granularity) {
  return granularity < FFH_GRANULARITY_COUNT ? granularity_names[granularity] : "unknown";
}

/* A mix, for none is best at every bug. */
ffh_policy ffh_policy_draw(unsigned number) {
  static const uint8_t mix[10] = {
      FFH_POLICY_RANDOM, FFH_POLICY_RANDOM, FFH_POLICY_RANDOM, FFH_POLICY_PCT,  FFH_POLICY_PCT,
      FFH_POLICY_PCT,    FFH_POLICY_POS,    FFH_POLICY_POS,    FFH_POLICY_SURW, FFH_POLICY_SURW};
  return (ffh_policy)mix[number % 10];
}

void ffh_schedule_set_policy(ffh_schedule *schedule, unsigned policy, unsigned stickiness,
                             unsigned depth) {
  schedule->policy = (uint8_t)(policy % FFH_POLICY_COUNT);
  schedule->stickiness =
      schedule->policy == FFH_POLICY_RANDOM ? (uint8_t)(stickiness % (FFH_MAX_STICKINESS + 1)) : 0;
  depth = depth == 0 ? FFH_DEFAULT_DEPTH : depth;
  schedule->depth =
      schedule->policy == FFH_POLICY_PCT ? (uint8_t)((depth - 1) % FFH_MAX_DEPTH + 1) : 0;
}

void ffh_build_schedule(ffh_build *build, const ffh_schedule_wish *wish) {
  ffh_schedule *schedule = &build->plan->schedule;
  unsigned lanes = wish->lanes == 0 ? FFH_DEFAULT_LANES : wish->lanes;
  schedule->lanes = (uint8_t)((lanes - 1) % FFH_MAX_LANES + 1);
  schedule->granularity = (uint8_t)(wish->granularity % FFH_GRANULARITY_COUNT);
  ffh_schedule_set_policy(schedule, wish->policy, wish->stickiness, wish->depth);
  schedule->seed = wish->seed;
  schedule->length = wish->length;
  schedule->warm = wish->warm != 0;
  schedule->exits = wish->exits != 0;
  schedule->again = wish->again != 0 && ffh_target_starts_again(build->plan->target);
  schedule->n_weights = 0;
  schedule->n_switches = 0;
}

bool ffh_build_weight(ffh_build *build, unsigned thread, uint64_t points) {
  ffh_schedule *schedule = &build->plan->schedule;
  unsigned n = schedule->n_weights;
  if (n == FFH_MAX_WEIGHTS || (n > 0 && thread <= schedule->weights[n - 1].thread) ||
      thread >= FFH_MAX_THREADS || (ffh_thread_is_lane(thread) && thread >= schedule->lanes)) {
    return false;
  }
  ffh_weight *next = &schedule->weights[schedule->n_weights++];
  next->thread = (ffh_thread_name)thread;
  next->points = points < UINT32_MAX ? (uint32_t)points : UINT32_MAX;
  return true;
}

static ffh_thread_name fold_thread(const ffh_schedule *schedule, unsigned thread) {
  return (ffh_thread_name)(ffh_thread_is_lane(thread)
                               ? thread % schedule->lanes
                               : FFH_MAX_LANES + (thread - FFH_MAX_LANES) % FFH_MAX_ADOPTED);
}

bool ffh_build_switch(ffh_build *build, uint64_t step, unsigned thread) {
  ffh_schedule *schedule = &build->plan->schedule;
  if (schedule->n_switches == FFH_MAX_SWITCHES || step > UINT32_MAX ||
      (schedule->n_switches > 0 && step <= schedule->switches[schedule->n_switches - 1].step)) {
    return false;
  }
  ffh_switch *next = &schedule->switches[schedule->n_switches++];
  next->step = (uint32_t)step;
  next->thread = fold_thread(schedule, thread);
  return true;
}

void ffh_schedule_set_lanes(ffh_schedule *schedule, unsigned lanes) {
  schedule->lanes = (uint8_t)lanes;
  for (unsigned i = 0; i < schedule->n_switches; i++) {
    schedule->switches[i].thread = fold_thread(schedule, schedule->switches[i].thread);
  }
  unsigned kept = 0;
  for (unsigned i = 0; i < schedule->n_weights; i++) {
    if (!ffh_thread_is_lane(schedule->weights[i].thread) || schedule->weights[i].thread < lanes) {
      schedule->weights[kept++] = schedule->weights[i];
    }
  }
  schedule->n_weights = (uint16_t)kept;
}

static bool is_thread(const ffh_schedule *schedule, unsigned thread) {
  return ffh_thread_is_lane(thread) ? thread < schedule->lanes : thread < FFH_MAX_THREADS;
}

static const char *check_settings(const ffh_schedule *schedule) {
  if (schedule->policy >= FFH_POLICY_COUNT || schedule->granularity >= FFH_GRANULARITY_COUNT ||
      schedule->lanes < 1 || schedule->lanes > FFH_MAX_LANES ||
      schedule->stickiness > FFH_MAX_STICKINESS || schedule->depth > FFH_MAX_DEPTH ||
      schedule->exits > 1 || schedule->again > 1 || schedule->n_weights > FFH_MAX_WEIGHTS ||
      schedule->n_switches > FFH_MAX_SWITCHES) {
    return "a schedule parameter is out of bounds";
  }
  if (schedule->policy != FFH_POLICY_RANDOM && schedule->stickiness != 0) {
    return "a stickiness without the random policy";
  }
  if ((schedule->policy == FFH_POLICY_PCT) != (schedule->depth != 0)) {
    return "a depth without the pct policy, or none with it";
  }
  return NULL;
}

const char *ffh_schedule_check(const ffh_schedule *schedule) {
  const char *wrong = check_settings(schedule);
  for (unsigned i = 0; wrong == NULL && i < schedule->n_weights; i++) {
    if (!is_thread(schedule, schedule->weights[i].thread)) {
      wrong = "a weight names a thread that does not exist";
    } else if (i > 0 && schedule->weights[i].thread <= schedule->weights[i - 1].thread) {
      wrong = "weights do not ascend";
    }
  }
  for (unsigned i = 0; wrong == NULL && i < schedule->n_switches; i++) {
    if (!is_thread(schedule, schedule->switches[i].thread)) {
      wrong = "a switch names a lane that does not exist";
    } else if (i > 0 && schedule->switches[i].step <= schedule->switches[i - 1].step) {
      wrong = "switches do not ascend";
    }
  }
  return wrong;
}
