/* SURW: Zhao, Wolff, Mathur, Roychoudhury, "Selectively Uniform Concurrency Testing", ASPLOS 2025.
 * A random walk is far from uniform over interleavings: a thread with much left to do needs a
 * larger chance. So a thread is chosen in proportion to what it has left, and only some operations
 * count: before each of those, the thread that is to do the next one is drawn, and whoever else
 * arrives at one waits. In between, whoever runs goes on.
 *
 * Which operations count is drawn by the place in the code, so that it is the same in every
 * process. How much a thread has to do is what the schedule states of it. */
#include "sched/policy.h"

enum { NOBODY = UINT32_MAX, DEFAULT_WORK = 64 };

static uint32_t left_to_do[FFH_SET_SIZE];
static bool counts[FFH_SET_SIZE]; /* the thread's pending operation does */
static uint32_t next_one;         /* who does the next operation that counts */
static unsigned gives_way;        /* a thread that yielded and has not been passed over yet */
static uint64_t salt;
static unsigned rarity; /* one place in 2^rarity counts */

static void begin(ffh_policy_run *run) {
  salt = ffh_prng_next(&run->prng) | 1;
  rarity = ffh_prng_below(&run->prng, 4);
  next_one = (uint32_t)NOBODY;
  gives_way = FFH_SET_SIZE;
}

static void born(ffh_policy_run *run, unsigned thread) {
  const ffh_schedule *schedule = run->schedule;
  /* What is not stated of a thread of the library is little, as a rule: it waits. */
  uint32_t work = thread < FFH_SET_ADOPTED ? schedule->length / schedule->lanes : 0;
  for (unsigned i = 0; i < schedule->n_weights; i++) {
    work = schedule->weights[i].thread == thread ? schedule->weights[i].points : work;
  }
  work = work == 0 ? DEFAULT_WORK : work;
  /* Between calls, a lane's step is the operation, and known before it begins. */
  bool is_step = schedule->granularity == FFH_GRANULARITY_CALLS && thread < FFH_SET_ADOPTED;
  left_to_do[thread] = is_step ? work : (work >> rarity) + 1;
  counts[thread] = is_step;
}

static bool is_selected(const ffh_pending *next) {
  return ((next->pc * salt) >> 40 & ((1u << rarity) - 1)) == 0;
}

static void pending(ffh_policy_run *run, unsigned thread, const ffh_pending *next) {
  (void)run;
  if (counts[thread]) {
    left_to_do[thread] -= left_to_do[thread] > 1;
    next_one = (uint32_t)NOBODY;
  }
  counts[thread] = is_selected(next);
}

static unsigned draw_by_work(ffh_policy_run *run, ffh_set enabled) {
  uint64_t total = 0;
  for (ffh_set left = enabled; !ffh_set_is_empty(&left);) {
    total += left_to_do[ffh_set_take(&left)];
  }
  uint64_t at = ((ffh_prng_next(&run->prng) >> 32) * total) >> 32;
  for (;;) {
    unsigned thread = ffh_set_take(&enabled);
    if (at < left_to_do[thread] || ffh_set_is_empty(&enabled)) {
      return thread;
    }
    at -= left_to_do[thread];
  }
}

static unsigned choose(ffh_policy_run *run, const ffh_set *all, unsigned current) {
  ffh_set others = *all;
  if (gives_way == current) {
    ffh_set_remove(&others, current);
  }
  gives_way = FFH_SET_SIZE;
  const ffh_set *enabled = &others;
  if (next_one == (uint32_t)NOBODY || !ffh_set_has(enabled, next_one)) {
    next_one = draw_by_work(run, *enabled);
  }
  if (ffh_set_has(enabled, current) && (!counts[current] || current == next_one)) {
    return current;
  }
  ffh_set may_go = {{0, 0}};
  for (ffh_set left = *enabled; !ffh_set_is_empty(&left);) {
    unsigned thread = ffh_set_take(&left);
    if (!counts[thread] || thread == next_one) {
      ffh_set_add(&may_go, thread);
    }
  }
  return ffh_policy_any(run, &may_go); /* next_one is among them */
}

/* It waits for somebody who has to get on. Operations of a loop that spins may not count at all, so
 * it is passed over once, whatever it does next. */
static void yielded(ffh_policy_run *run, unsigned thread) {
  (void)run;
  gives_way = thread;
  left_to_do[thread] = 1;
  counts[thread] = true;
  next_one = (uint32_t)NOBODY;
}

const ffh_policy_ops ffh_policy_surw = {
    .begin = begin, .born = born, .choose = choose, .pending = pending, .yielded = yielded};
