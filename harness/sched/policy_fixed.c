/* No choice at all: a thread goes on while it can, then the lowest that can. What a schedule's
 * switches say is then the whole interleaving, which is what the minimiser works on. */
#include "sched/choices.h"
#include "sched/policy.h"

static unsigned avoided;

static void begin(ffh_policy_run *run) {
  (void)run;
  avoided = FFH_SET_SIZE;
}

static void born(ffh_policy_run *run, unsigned thread) {
  (void)run;
  (void)thread;
}

unsigned ffh_fixed_choice(const ffh_set *enabled, unsigned current, unsigned who) {
  if (who == FFH_SET_SIZE) {
    return ffh_set_has(enabled, current) ? current : ffh_set_first(enabled);
  }
  /* Round the circle, so that whoever the others wait for comes by. */
  for (ffh_set left = *enabled; !ffh_set_is_empty(&left);) {
    unsigned thread = ffh_set_take(&left);
    if (thread > who) {
      return thread;
    }
  }
  return ffh_set_first(enabled);
}

static unsigned choose(ffh_policy_run *run, const ffh_set *enabled, unsigned current) {
  (void)run;
  unsigned who = avoided;
  avoided = FFH_SET_SIZE;
  return ffh_fixed_choice(enabled, current, who);
}

static uint32_t grant(ffh_policy_run *run, unsigned current) {
  (void)run;
  (void)current;
  return UINT32_MAX;
}

static void yielded(ffh_policy_run *run, unsigned thread) {
  (void)run;
  avoided = thread;
}

const ffh_policy_ops ffh_policy_fixed = {
    .begin = begin, .born = born, .choose = choose, .grant = grant, .yielded = yielded};
