/* What the scheduler's own files share beyond thread.h. */
#ifndef FFH_SCHED_CORE_H
#define FFH_SCHED_CORE_H

#include "sched/thread.h"

/* Points that instrumented code may pass before it has to ask; counted down by memory.c. */
extern _Thread_local int64_t ffh_budget __attribute__((tls_model("initial-exec")));

/* The budget is used up, at this access. */
void ffh_memory_point(ffh_op op, const void *address, uintptr_t pc);

/* adopt.c: waits until the kernel has taken the thread away. */
void ffh_adopt_bury(ffh_thread *dead);

/* adopt.c: whether a cancellation of the calling thread would act. */
bool ffh_cancel_is_enabled(void);

/* io.c: whether the operation that the thread is blocked in would not block now; with `outside`,
 * after a while, and the run is marked. */
bool ffh_io_is_ready(ffh_thread *thread, bool outside);

/* sched.c: takes steps of the lane for ever. */
__attribute__((noreturn)) void ffh_lane_serve(unsigned lane);
unsigned ffh_sched_running(void);

/* ---- objects on which a wake-up found nobody ---- */

enum { FFH_WASTED_SLOTS = 256 };

typedef struct ffh_wasted {
  const void *objects[FFH_WASTED_SLOTS];
  unsigned n;
} ffh_wasted;

static inline void ffh_wasted_clear(ffh_wasted *wasted) {
  wasted->n = 0;
}

static inline bool ffh_wasted_has(const ffh_wasted *wasted, const void *object) {
  for (unsigned i = 0; i < wasted->n; i++) {
    if (wasted->objects[i] == object) {
      return true;
    }
  }
  return false;
}

static inline void ffh_wasted_add(ffh_wasted *wasted, const void *object) {
  if (!ffh_wasted_has(wasted, object)) {
    wasted->objects[wasted->n % FFH_WASTED_SLOTS] = object;
    wasted->n += wasted->n < FFH_WASTED_SLOTS;
  }
}

#endif
