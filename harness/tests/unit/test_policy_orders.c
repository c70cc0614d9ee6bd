/* sched/policy_*.c: which orders of a few steps each policy gives, how often, and that the same
 * schedule gives the same one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fixture_client.h"
#include "sched/sched.h"

enum { MAX_STEPS = 4096, ORDERS = 90, SMALL = 6 };

typedef struct walk {
  unsigned left[FFH_MAX_LANES];
  uint8_t order[MAX_STEPS];
  unsigned n;
} walk;

static uint64_t enabled(void *context) {
  const walk *w = context;
  return ffh_client_lanes(w->left);
}

static void step(void *context, unsigned lane) {
  walk *w = context;
  w->order[w->n++] = (uint8_t)lane;
  w->left[lane]--;
}

static ffh_sched_outcome run(walk *w, const ffh_schedule *schedule, unsigned steps) {
  *w = (walk){.n = 0};
  for (unsigned i = 0; i < schedule->lanes; i++) {
    w->left[i] = steps;
  }
  const ffh_sched_client client = {w, enabled, step, ffh_client_fault};
  ffh_sched_begin(schedule, &client);
  ffh_sched_run();
  return ffh_sched_end();
}

static ffh_schedule of(ffh_policy policy, uint8_t lanes, uint32_t seed) {
  return (ffh_schedule){.policy = policy,
                        .lanes = lanes,
                        .seed = seed,
                        .stickiness = policy == FFH_POLICY_RANDOM ? (uint8_t)(seed % 4) : 0,
                        .depth = policy == FFH_POLICY_PCT ? (uint8_t)(1 + seed % 4) : 0,
                        .length = 100};
}

/* How often a lane went on to another though it had steps left. */
static unsigned preemptions(const walk *w, unsigned steps) {
  unsigned taken[FFH_MAX_LANES] = {0}, n = 0;
  for (unsigned i = 0; i + 1 < w->n; i++) {
    taken[w->order[i]]++;
    n += w->order[i + 1] != w->order[i] && taken[w->order[i]] < steps;
  }
  return n;
}

static void the_same_schedule_gives_the_same_order(void **state) {
  (void)state;
  walk first, second;
  for (unsigned policy = 0; policy < FFH_POLICY_COUNT; policy++) {
    for (uint32_t seed = 0; seed < 40; seed++) {
      ffh_schedule schedule = of((ffh_policy)policy, 5, seed);
      ffh_sched_outcome a = run(&first, &schedule, 20);
      ffh_sched_outcome b = run(&second, &schedule, 20);
      assert_int_equal(first.n, 100);
      assert_memory_equal(first.order, second.order, first.n);
      assert_int_equal(a.trace, b.trace);
      assert_int_equal(a.switches, b.switches);
      assert_int_equal(a.points, b.points);
    }
  }
}

static void another_seed_gives_another_order(void **state) {
  (void)state;
  walk first, second;
  for (unsigned policy = 0; policy < FFH_POLICY_FIXED; policy++) {
    unsigned other = 0;
    for (uint32_t seed = 0; seed < 40; seed += 4) {
      ffh_schedule schedule = of((ffh_policy)policy, 5, seed);
      run(&first, &schedule, 20);
      schedule.seed += 4;
      run(&second, &schedule, 20);
      other += memcmp(first.order, second.order, first.n) != 0;
    }
    assert_true(other >= 8);
  }
}

static void overrides_win_over_every_policy(void **state) {
  (void)state;
  walk w;
  for (unsigned policy = 0; policy < FFH_POLICY_COUNT; policy++) {
    for (uint32_t seed = 0; seed < 20; seed++) {
      ffh_schedule schedule = of((ffh_policy)policy, 4, seed);
      schedule.n_switches = 6;
      for (unsigned i = 0; i < 6; i++) {
        schedule.switches[i] = (ffh_switch){i * 7, (uint8_t)((seed + i * i) % 4)};
      }
      run(&w, &schedule, 40);
      for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(w.order[i * 7], (seed + i * i) % 4);
      }
    }
  }
}

static void fixed_switches_only_where_told(void **state) {
  (void)state;
  walk w;
  ffh_schedule schedule = of(FFH_POLICY_FIXED, 3, 1);
  run(&w, &schedule, 3);
  assert_memory_equal(w.order, ((uint8_t[]){0, 0, 0, 1, 1, 1, 2, 2, 2}), 9);
  schedule.n_switches = 3;
  schedule.switches[0] = (ffh_switch){1, 2};
  schedule.switches[1] = (ffh_switch){2, 1};
  schedule.switches[2] = (ffh_switch){6, 9}; /* a lane that cannot run: ignored */
  run(&w, &schedule, 3);
  assert_memory_equal(w.order, ((uint8_t[]){0, 2, 1, 1, 1, 0, 0, 2, 2}), 9);
}

/* At a point another of two lanes is chosen with probability 1/2 when the lane does not hold on. */
static void stickiness_is_how_long_a_lane_holds_on(void **state) {
  (void)state;
  enum { LONG = 2000, SEEDS = 20 };
  for (uint8_t stickiness = 0; stickiness <= 6; stickiness++) {
    walk w;
    unsigned switches = 0;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
      ffh_schedule schedule = {.lanes = 2, .seed = seed, .stickiness = stickiness};
      run(&w, &schedule, LONG);
      switches += preemptions(&w, LONG);
    }
    /* Until one of them has taken all its steps, which is a little before the end. */
    unsigned expected = (unsigned)(2 * LONG * SEEDS / 2) >> stickiness;
    assert_in_range(switches, expected * 80 / 100, expected * 110 / 100);
  }
}

static void pct_preempts_less_often_than_its_depth(void **state) {
  (void)state;
  walk w;
  unsigned most[FFH_MAX_DEPTH + 1] = {0};
  for (uint8_t depth = 1; depth <= FFH_MAX_DEPTH; depth++) {
    for (uint32_t seed = 0; seed < 200; seed++) {
      ffh_schedule schedule = {
          .policy = FFH_POLICY_PCT, .lanes = 4, .seed = seed, .depth = depth, .length = 80};
      run(&w, &schedule, 20);
      unsigned n = preemptions(&w, 20);
      assert_true(n < depth);
      most[depth] = n > most[depth] ? n : most[depth];
    }
  }
  assert_int_equal(most[1], 0);
  assert_int_equal(most[2], 1);
  assert_int_equal(most[3], 2);
}

static bool starts_with(const walk *w, const uint8_t *order, unsigned n) {
  unsigned found = 0;
  for (unsigned i = 0; i < w->n && found < n; i++) {
    found += w->order[i] == order[found];
  }
  return found == n;
}

/* A bug that needs these steps in this order, of lanes that take two steps each. With d - 1
 * preemptions it is found by one schedule in n k^(d-1) at least. */
static void pct_finds_with_its_guaranteed_probability(void **state) {
  (void)state;
  enum { SEEDS = 20000 };
  static const struct {
    uint8_t depth, n_order, order[4];
  } bugs[] = {{1, 2, {2, 0}}, {2, 3, {0, 1, 0}}, {3, 4, {1, 0, 1, 0}}};
  for (unsigned bug = 0; bug < 3; bug++) {
    unsigned found = 0, least = SEEDS / 3;
    for (unsigned i = 1; i < bugs[bug].depth; i++) {
      least /= SMALL;
    }
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
      walk w;
      ffh_schedule schedule = {.policy = FFH_POLICY_PCT,
                               .lanes = 3,
                               .seed = seed,
                               .depth = bugs[bug].depth,
                               .length = SMALL};
      run(&w, &schedule, 2);
      found += starts_with(&w, bugs[bug].order, bugs[bug].n_order);
    }
    assert_true(found >= least);
  }
}

/* ---- all orders of three lanes with two steps each ---- */

static unsigned seen[243 * 3];

static unsigned order_number(const walk *w) {
  unsigned number = 0;
  for (unsigned i = 0; i < SMALL; i++) {
    number = number * 3 + w->order[i];
  }
  return number;
}

/* Returns how many different orders there were, and n times chi square of them all as often. */
static unsigned sample(ffh_policy policy, unsigned runs, uint64_t *chi_square_n) {
  memset(seen, 0, sizeof seen);
  for (uint32_t seed = 0; seed < runs; seed++) {
    walk w;
    ffh_schedule schedule = {.policy = policy, .lanes = 3, .seed = seed, .length = SMALL};
    run(&w, &schedule, 2);
    seen[order_number(&w)]++;
  }
  unsigned different = 0;
  uint64_t squares = 0;
  for (unsigned i = 0; i < sizeof seen / sizeof seen[0]; i++) {
    different += seen[i] != 0;
    squares += (uint64_t)seen[i] * seen[i];
  }
  *chi_square_n = squares * ORDERS - (uint64_t)runs * runs;
  return different;
}

static void every_order_is_reached(void **state) {
  (void)state;
  uint64_t unused;
  assert_int_equal(sample(FFH_POLICY_RANDOM, 4000, &unused), ORDERS);
  assert_int_equal(sample(FFH_POLICY_POS, 4000, &unused), ORDERS);
  assert_int_equal(sample(FFH_POLICY_SURW, 4000, &unused), ORDERS);
}

static void surw_is_near_uniform(void **state) {
  (void)state;
  enum { RUNS = 18000 };
  uint64_t surw, walk_at_random;
  (void)sample(FFH_POLICY_SURW, RUNS, &surw);
  (void)sample(FFH_POLICY_RANDOM, RUNS, &walk_at_random);
  /* 89 degrees of freedom: one generator in a thousand that is uniform gives more than 135. */
  assert_true(surw / RUNS < 135);
  assert_true(walk_at_random / RUNS > 1000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_same_schedule_gives_the_same_order),
      cmocka_unit_test(another_seed_gives_another_order),
      cmocka_unit_test(overrides_win_over_every_policy),
      cmocka_unit_test(fixed_switches_only_where_told),
      cmocka_unit_test(stickiness_is_how_long_a_lane_holds_on),
      cmocka_unit_test(pct_preempts_less_often_than_its_depth),
      cmocka_unit_test(pct_finds_with_its_guaranteed_probability),
      cmocka_unit_test(every_order_is_reached),
      cmocka_unit_test(surw_is_near_uniform),
  };
  ffh_sched_pin(-1);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
