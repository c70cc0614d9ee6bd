#include "sched/choices.h"

#include "base/limits.h"
#include "sched/sched.h"

enum { NOBODY = FFH_SET_SIZE, MAX_KEPT = 1 << 16 };

static bool keeping;
static ffh_switch kept[MAX_KEPT];
static ffh_sched_choices found = {.switches = kept};

/* The run as `fixed` would see it. */
static struct {
  unsigned avoided;
  uint32_t asked, streak_start; /* points */
  bool asks;                    /* at the next chance */
} fixed;

void ffh_sched_keep_choices(void) {
  keeping = true;
}

ffh_sched_choices ffh_sched_choices_made(void) {
  return found;
}

void ffh_choices_begin(void) {
  found.n = found.preemptions = 0;
  found.complete = true;
  fixed.avoided = NOBODY;
  fixed.asked = fixed.streak_start = 0;
  fixed.asks = false;
}

void ffh_choices_asked(void) {
  fixed.asks = true;
}

void ffh_choices_yielded(unsigned thread) {
  fixed.avoided = thread;
  fixed.asks = true;
}

static void add(uint32_t step, unsigned thread) {
  if (found.n > 0 && kept[found.n - 1].step == step) {
    found.n--; /* the last word counts */
  }
  if (found.n == MAX_KEPT) {
    found.complete = false;
    return;
  }
  kept[found.n++] = (ffh_switch){step, (ffh_thread_name)thread};
}

void ffh_choices_made(const ffh_set *enabled, unsigned current, unsigned next, uint32_t points) {
  if (!keeping) {
    return;
  }
  /* Where `fixed` would have looked for somebody else, because one thread had gone on for long. */
  for (; points - fixed.asked > FFH_MAX_SOLO + 1; add(fixed.asked, current)) {
    fixed.asked += FFH_MAX_SOLO + 1;
  }
  bool several = ffh_set_count(enabled) > 1, able = ffh_set_has(enabled, current);
  bool asked = !able || fixed.asks || points - fixed.asked == FFH_MAX_SOLO + 1;
  bool alone = asked && several && points - fixed.streak_start >= FFH_MAX_SOLO;
  unsigned answer = current;
  if (asked) {
    answer = ffh_fixed_choice(enabled, current, alone ? current : fixed.avoided);
  }
  answer = several ? answer : next;
  if (answer != next) {
    add(points, next);
    found.preemptions += able && next != current && !fixed.asks;
  } else if (asked && several) {
    fixed.avoided = NOBODY;
    fixed.streak_start = alone ? points : fixed.streak_start;
  }
  if (next != current) {
    fixed.streak_start = points;
  }
  if (asked || answer != next) {
    fixed.asked = points;
  }
  fixed.asks = false;
}
