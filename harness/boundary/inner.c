#include "boundary/inner.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "base/stack.h"
#include "base/syscall.h"

__thread ffh_inner_last ffh_inner_last_use __attribute__((tls_model("initial-exec")));
uint64_t ffh_inner_version = 1;
uint64_t ffh_inner_counts[FFH_MAX_FUNCTIONS];

static ffh_inner_observer observer;
static ffh_actor (*who)(void);
static bool observing;
static pthread_key_t at_end;
static __thread bool known __attribute__((tls_model("initial-exec")));

/* Threads under control run one at a time and never wait here; others do for a moment. */
static atomic_flag busy = ATOMIC_FLAG_INIT;

static void lock(void) {
  while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire)) {
    (void)ffh_syscall(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
  }
}

static void unlock(void) {
  atomic_flag_clear_explicit(&busy, memory_order_release);
}

static bool give(const ffh_inner_event *event) {
  lock();
  bool again = observer(event);
  unlock();
  return again;
}

/* ---- stacks ---- */

/* From the caller of the wrapper. Of a thread whose stack is not known, the caller alone; code
 * without frame pointers is left out. */
static uint8_t walk(const uintptr_t *frame, uintptr_t *frames) {
  const uintptr_t *wrapper = (const uintptr_t *)frame[0]; /* which is ours and has a frame */
  if (ffh_stack_here.high == 0) {
    frames[0] = wrapper[1];
    return 1;
  }
  return (uint8_t)ffh_stack_walk(&ffh_stack_here, (uintptr_t)wrapper, frames, FFH_INNER_FRAMES);
}

/* ---- what the wrappers tell ---- */

/* Thread-specific data is destroyed in rounds: in the last one the thread has no destructors left
 * that could use an object. */
static void thread_ends(void *rounds) {
  uintptr_t left = (uintptr_t)rounds - 1;
  if (left != 0) {
    (void)pthread_setspecific(at_end, (void *)left);
  } else if (observing) {
    ffh_inner_event event = {.kind = FFH_INNER_THREAD_ENDED, .thread = who()};
    (void)give(&event);
  }
}

static void know_thread(void) {
  if (!known) {
    known = true;
    (void)pthread_setspecific(at_end, (void *)(uintptr_t)PTHREAD_DESTRUCTOR_ITERATIONS);
  }
}

/* By the calling thread, from there. */
static bool tell_event(ffh_inner_event *event, const uintptr_t *frame) {
  /* Between the sides: what is done here is neither's. */
  ffh_here *here = &ffh_here_now;
  uint8_t side = here->side;
  here->side = FFH_SIDE_HARNESS;
  know_thread();
  event->thread = who();
  event->n_frames = walk(frame, event->frames);
  bool again = give(event);
  here->side = side;
  return again;
}

/* Whether the end is to be told too. */
static bool tell(const ffh_inner *inner, ffh_inner_kind kind, const ffh_word *result,
                 const uintptr_t *frame) {
  ffh_inner_event event = {.kind = (uint8_t)kind,
                           .internal = inner->internal,
                           .function = inner->function,
                           .args = inner->args,
                           .result = result};
  uint64_t version = ffh_inner_version;
  bool again = tell_event(&event, frame) && inner->use;
  if (again) { /* a use that may be repeated leaves nothing behind */
    ffh_inner_last_use = (ffh_inner_last){
        .object = inner->args[0].cp, .function = inner->function, .version = version};
  }
  return !again;
}

bool ffh_inner_tell_enter(const ffh_inner *inner) {
  if (!observing) {
    return false;
  }
  if (!inner->internal) {
    uint64_t *count = &ffh_inner_counts[inner->function->edge.function];
    __atomic_store_n(count, __atomic_load_n(count, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
  }
  return tell(inner, FFH_INNER_ENTER, NULL, __builtin_frame_address(0));
}

void ffh_inner_tell_leave(const ffh_inner *inner, const ffh_word *result) {
  if (observing) {
    (void)tell(inner, FFH_INNER_LEAVE, result, __builtin_frame_address(0));
  }
}

void ffh_inner_tell_unwound(const ffh_inner *inner) {
  if (observing) {
    (void)tell(inner, FFH_INNER_UNWOUND, NULL, __builtin_frame_address(0));
  }
}

/* Nothing is said of a callback that may run anywhere for one of its parameters. */
static bool has_thread(const ffh_back_param *const *params) {
  for (; *params != NULL; params++) {
    const ffh_back_param *param = *params;
    if (param->function->slots[param->edge.slot].callback->threading == FFH_THREADING_SHARED) {
      return false;
    }
  }
  return true;
}

void ffh_back_tell(const ffh_back *back, const void *cookie) {
  const ffh_back_param *params[FFH_BACK_PARAMS + 1] = {NULL};
  for (unsigned i = 0; i < FFH_BACK_PARAMS; i++) {
    params[i] = __atomic_load_n(&back->params[i], __ATOMIC_ACQUIRE);
  }
  if (observing && has_thread(params)) {
    const ffh_here *here = &ffh_here_now;
    bool inside = here->top != NULL && here->edge->kind == FFH_EDGE_LEGACY;
    ffh_inner_back told = {.function = (const void *)ffh_back_function(back),
                           .cookie = cookie,
                           .params = params,
                           .outside = here->side == FFH_SIDE_LEGACY && !inside};
    ffh_inner_event event = {.kind = FFH_INNER_CALLED_BACK, .back = &told};
    (void)tell_event(&event, __builtin_frame_address(0));
  }
}

void ffh_inner_changed(void) {
  __atomic_store_n(&ffh_inner_version, ffh_inner_version + 1, __ATOMIC_RELAXED);
}

/* ---- start ---- */

static void stop_observing(void) {
  observing = false;
}

void ffh_inner_start(ffh_inner_observer see, ffh_actor (*self)(void)) {
  observer = see;
  who = self;
  (void)pthread_key_create(&at_end, thread_ends);
  /* The parent may have been inside at the moment of the fork. */
  (void)pthread_atfork(NULL, NULL, stop_observing);
  observing = true;
}
