/* A policy decides which thread runs next. It sees threads, points, and what each thread is about
 * to do; the same schedule gives the same answers. All state is guarded by the baton. */
#ifndef FFH_SCHED_POLICY_H
#define FFH_SCHED_POLICY_H

#include <stdint.h>

#include "base/prng.h"
#include "plan/plan.h"
#include "sched/set.h"

/* What a policy may be told about: a run without a need for it pays nothing. */
typedef struct ffh_policy_run {
  const ffh_schedule *schedule;
  ffh_prng prng;
  uint32_t points; /* passed so far, by all threads */
} ffh_policy_run;

/* The pending operation of a thread, as far as policies care. */
typedef struct ffh_pending {
  const void *object;
  uintptr_t pc;
  uint8_t op; /* ffh_op */
  bool writes;
  bool sync; /* a modelled operation, not a memory access */
} ffh_pending;

typedef struct ffh_policy_ops {
  void (*begin)(ffh_policy_run *run);
  /* A thread joins the game. */
  void (*born)(ffh_policy_run *run, unsigned thread);
  /* Who goes on, of two or more. `current` ran last, and may not be among them. */
  unsigned (*choose)(ffh_policy_run *run, const ffh_set *enabled, unsigned current);
  /* How many points `current` may pass before `choose` has to be asked again; 0: at the next. NULL:
   * always 0. */
  uint32_t (*grant)(ffh_policy_run *run, unsigned current);
  /* `thread` is about to do the first of its next operations. NULL: the policy does not look. */
  void (*pending)(ffh_policy_run *run, unsigned thread, const ffh_pending *pending);
  /* `thread` gets nowhere and others should go first. */
  void (*yielded)(ffh_policy_run *run, unsigned thread);
} ffh_policy_ops;

extern const ffh_policy_ops ffh_policy_random; /* policy_random.c */
extern const ffh_policy_ops ffh_policy_pct;    /* policy_pct.c */
extern const ffh_policy_ops ffh_policy_pos;    /* policy_pos.c */
extern const ffh_policy_ops ffh_policy_surw;   /* policy_surw.c */
extern const ffh_policy_ops ffh_policy_fixed;  /* policy_fixed.c */

/* The one with the highest priority. The set is not empty. */
static inline unsigned ffh_policy_highest(const int64_t *priorities, const ffh_set *set) {
  ffh_set left = *set;
  unsigned best = ffh_set_take(&left);
  while (!ffh_set_is_empty(&left)) {
    unsigned other = ffh_set_take(&left);
    best = priorities[other] > priorities[best] ? other : best;
  }
  return best;
}

/* One of the set, each as likely. */
static inline unsigned ffh_policy_any(ffh_policy_run *run, const ffh_set *set) {
  return ffh_set_nth(set, ffh_prng_below(&run->prng, ffh_set_count(set)));
}

#endif
