/* POS: Yuan, Yang, Gu, "Partial Order Aware Concurrency Sampling", CAV 2018. Each pending operation
 * has a random priority and the highest is done first; whoever was about to do something that races
 * with it then draws again. Orders that differ only in independent operations count once. */
#include "sched/policy.h"

static int64_t priorities[FFH_SET_SIZE];
static ffh_pending pending_of[FFH_SET_SIZE];
static ffh_set known;

/* Not negative: who yields goes below. */
static int64_t draw(ffh_policy_run *run) {
  return (int64_t)(ffh_prng_next(&run->prng) >> 1);
}

static void begin(ffh_policy_run *run) {
  (void)run;
  known = (ffh_set){{0, 0}};
}

static void born(ffh_policy_run *run, unsigned thread) {
  priorities[thread] = draw(run);
  pending_of[thread] = (ffh_pending){0};
  ffh_set_add(&known, thread);
}

static bool races(const ffh_pending *a, const ffh_pending *b) {
  return a->object == b->object && a->object != NULL && (a->writes || b->writes);
}

/* The thread has done what it was about to do, or it would not be about to do something else. */
static void pending(ffh_policy_run *run, unsigned thread, const ffh_pending *next) {
  const ffh_pending *done = &pending_of[thread];
  ffh_set others = known;
  ffh_set_remove(&others, thread);
  while (!ffh_set_is_empty(&others)) {
    unsigned other = ffh_set_take(&others);
    if (races(done, &pending_of[other])) {
      priorities[other] = draw(run);
    }
  }
  pending_of[thread] = *next;
  priorities[thread] = draw(run);
}

static unsigned choose(ffh_policy_run *run, const ffh_set *enabled, unsigned current) {
  (void)run;
  (void)current;
  return ffh_policy_highest(priorities, enabled);
}

static void yielded(ffh_policy_run *run, unsigned thread) {
  (void)run;
  priorities[thread] = -1;
}

const ffh_policy_ops ffh_policy_pos = {
    .begin = begin, .born = born, .choose = choose, .pending = pending, .yielded = yielded};
