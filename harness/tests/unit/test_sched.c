/* sched/: one lane at a time, the same schedule gives the same order, overrides win, lanes are real
 * threads that live on. */
#include "fixture_client.h"
#include "sched/sched.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>

#include <cmocka.h>

enum { STEPS = 40 };

typedef struct walk {
  unsigned left[FFH_MAX_LANES];
  unsigned order[FFH_MAX_LANES * STEPS];
  pthread_t thread[FFH_MAX_LANES];
  unsigned n;
  atomic_int inside;
} walk;

static uint64_t enabled(void *context) {
  walk *w = context;
  return ffh_client_lanes(w->left);
}

static void step(void *context, unsigned lane) {
  walk *w = context;
  assert_int_equal(atomic_fetch_add(&w->inside, 1), 0);
  assert_int_equal(ffh_sched_current_lane(), (int)lane);
  w->thread[lane] = pthread_self();
  w->order[w->n++] = lane;
  w->left[lane]--;
  atomic_fetch_sub(&w->inside, 1);
}

static ffh_sched_outcome run(walk *w, const ffh_schedule *schedule, unsigned steps) {
  memset(w, 0, sizeof *w);
  for (unsigned i = 0; i < schedule->lanes; i++) {
    w->left[i] = steps;
  }
  const ffh_sched_client client = {w, enabled, step, ffh_client_fault};
  ffh_sched_begin(schedule, &client);
  ffh_sched_run();
  return ffh_sched_end();
}

static void every_step_runs_once_on_its_lane(void **state) {
  (void)state;
  for (uint8_t lanes = 1; lanes <= FFH_MAX_LANES; lanes++) {
    ffh_schedule schedule = {.lanes = lanes, .seed = 7, .stickiness = 1};
    walk w;
    ffh_sched_outcome outcome = run(&w, &schedule, STEPS);
    assert_int_equal(outcome.points, lanes * STEPS);
    assert_int_equal(w.n, lanes * STEPS);
    for (unsigned i = 1; i < lanes; i++) {
      assert_false(pthread_equal(w.thread[i], w.thread[0]));
    }
    assert_true(pthread_equal(w.thread[0], pthread_self()));
  }
}

static void the_same_schedule_gives_the_same_order(void **state) {
  (void)state;
  for (uint32_t seed = 0; seed < 50; seed++) {
    ffh_schedule schedule = {.lanes = 5, .seed = seed, .stickiness = (uint8_t)(seed % 4)};
    walk first, second;
    run(&first, &schedule, STEPS);
    run(&second, &schedule, STEPS);
    assert_memory_equal(first.order, second.order, sizeof first.order);
  }
}

static void seeds_differ_and_stickiness_holds_on(void **state) {
  (void)state;
  walk a, b;
  ffh_schedule schedule = {.lanes = 4, .seed = 1};
  ffh_sched_outcome restless = run(&a, &schedule, STEPS);
  schedule.seed = 2;
  run(&b, &schedule, STEPS);
  assert_memory_not_equal(a.order, b.order, sizeof a.order);
  schedule.stickiness = 4;
  ffh_sched_outcome sticky = run(&b, &schedule, STEPS);
  assert_true(sticky.switches * 2 < restless.switches);
}

static void overrides_win_where_they_can(void **state) {
  (void)state;
  ffh_schedule schedule = {.lanes = 3, .seed = 3, .stickiness = 8, .n_switches = 3};
  schedule.switches[0] = (ffh_switch){0, 2};
  schedule.switches[1] = (ffh_switch){5, 1};
  schedule.switches[2] = (ffh_switch){7, 15}; /* a lane that cannot run: ignored */
  walk w;
  run(&w, &schedule, 10);
  assert_int_equal(w.order[0], 2);
  assert_int_equal(w.order[5], 1);
  assert_int_equal(w.n, 30);
}

static void lane_threads_are_reused(void **state) {
  (void)state;
  ffh_schedule schedule = {.lanes = 4, .seed = 9};
  walk first, second;
  run(&first, &schedule, 3);
  unsigned before = ffh_sched_pool_size();
  run(&second, &schedule, 3);
  assert_int_equal(ffh_sched_pool_size(), before);
  for (unsigned i = 0; i < 4; i++) {
    assert_true(pthread_equal(first.thread[i], second.thread[i]));
  }
}

static void note_lane(void *context) {
  *(int *)context = ffh_sched_current_lane();
}

static void a_job_runs_on_the_lane_it_is_given(void **state) {
  (void)state;
  const ffh_sched_client client = {NULL, enabled, step, ffh_client_fault};
  ffh_schedule schedule = {.lanes = 1};
  ffh_sched_begin(&schedule, &client);
  for (unsigned lane = 0; lane < FFH_MAX_LANES; lane++) {
    int seen = -1;
    ffh_sched_on_lane(lane, note_lane, &seen);
    assert_int_equal(seen, (int)lane);
  }
  assert_int_equal(ffh_sched_end().points, FFH_MAX_LANES);
}

static void an_empty_client_ends_at_once(void **state) {
  (void)state;
  ffh_schedule schedule = {.lanes = 2};
  walk w;
  ffh_sched_outcome outcome = run(&w, &schedule, 0);
  assert_int_equal(outcome.points, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_step_runs_once_on_its_lane),
      cmocka_unit_test(the_same_schedule_gives_the_same_order),
      cmocka_unit_test(seeds_differ_and_stickiness_holds_on),
      cmocka_unit_test(overrides_win_where_they_can),
      cmocka_unit_test(lane_threads_are_reused),
      cmocka_unit_test(a_job_runs_on_the_lane_it_is_given),
      cmocka_unit_test(an_empty_client_ends_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
