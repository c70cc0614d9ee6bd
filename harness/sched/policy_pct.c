/* PCT: Burckhardt, Kothari, Musuvathi, Nagarakatte, "A Randomized Scheduler with Probabilistic
 * Guarantees of Finding Bugs", ASPLOS 2010. Threads have random priorities and the highest that can
 * run does; at depth - 1 points, drawn over the run's length, the running thread falls below all
 * others. A bug that needs d ordering constraints is found with probability 1 / (n k^(d-1)) by each
 * schedule of n threads and k points. */
#include "sched/policy.h"

static int64_t priorities[FFH_SET_SIZE];
static uint32_t changes[FFH_MAX_DEPTH];
static unsigned n_changes, next_change;
static int64_t lowest;

/* Above every priority that a change point gives. */
static void born(ffh_policy_run *run, unsigned thread) {
  int64_t draw = (int64_t)(ffh_prng_next(&run->prng) >> 33);
  priorities[thread] = (FFH_MAX_DEPTH + draw) * FFH_SET_SIZE + thread;
}

static void begin(ffh_policy_run *run) {
  const ffh_schedule *schedule = run->schedule;
  /* Nothing is known of the length: a random magnitude is right now and then. */
  uint32_t length = schedule->length != 0 ? schedule->length
                                          : UINT32_C(1) << (3 + ffh_prng_below(&run->prng, 12));
  n_changes = schedule->depth > 1 ? schedule->depth - 1u : 0;
  for (unsigned i = 0; i < n_changes; i++) {
    uint32_t at = 1 + ffh_prng_below(&run->prng, length);
    unsigned place = i;
    for (; place > 0 && changes[place - 1] > at; place--) {
      changes[place] = changes[place - 1];
    }
    changes[place] = at;
  }
  next_change = 0;
  lowest = 0;
}

static unsigned choose(ffh_policy_run *run, const ffh_set *enabled, unsigned current) {
  while (next_change < n_changes && changes[next_change] <= run->points) {
    priorities[current] = (int64_t)(n_changes - next_change++);
  }
  return ffh_policy_highest(priorities, enabled);
}

static uint32_t grant(ffh_policy_run *run, unsigned current) {
  (void)current;
  if (next_change == n_changes || changes[next_change] <= run->points) {
    return next_change == n_changes ? UINT32_MAX : 0;
  }
  return changes[next_change] - run->points - 1;
}

static void yielded(ffh_policy_run *run, unsigned thread) {
  (void)run;
  priorities[thread] = --lowest;
}

const ffh_policy_ops ffh_policy_pct = {
    .begin = begin, .born = born, .choose = choose, .grant = grant, .yielded = yielded};
