/* The inner edge: what the wrapper of a legacy function (FFH_LEGACY) tells the runtime.
 *
 * A wrapper enters before the function and leaves after it, on the calling thread; FFH_INNER_SCOPE
 * leaves too when an exception, a panic or pthread_exit unwinds past it. A handle that its own
 * thread uses again and again takes the short way: a compare with what the thread used last, while
 * nothing about objects and roles has changed. */
#ifndef FFH_INNER_H
#define FFH_INNER_H

#include <stddef.h>

#include "ffh/target.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ffh_inner {
  ffh_crossing crossing;
  const ffh_function *function;
  const ffh_word *args; /* one for each slot but the result's */
  uint8_t open;         /* not left yet */
  uint8_t told;         /* the runtime was told of it, and is told of its end */
  uint8_t use;          /* nothing but a use of args[0] */
} ffh_inner;

/* The last object that this thread was found to be allowed to use. */
typedef struct ffh_inner_last {
  const void *object;
  const ffh_function *function;
  uint64_t version;
} ffh_inner_last;

extern __thread ffh_inner_last ffh_inner_last_use __attribute__((tls_model("initial-exec")));
/* Changes with every object that begins, ends or changes hands, and with every role's player. */
extern uint64_t ffh_inner_version;
/* How often each function of the target was checked. Free threads may lose counts, never all. */
extern uint64_t ffh_inner_counts[];

/* A wrapper is ours: what it does on its stack is no business of the sanitizers. */
#define FFH_INNER_WRAPPER __attribute__((no_sanitize("address", "undefined", "thread")))

#define FFH_INNER_EXPORTED __attribute__((visibility("default")))

#define FFH_INNER_SCOPE __attribute__((cleanup(ffh_inner_end)))

void ffh_inner_tell_enter(ffh_inner *inner);
void ffh_inner_tell_leave(ffh_inner *inner, const ffh_word *result);
void ffh_inner_tell_unwound(ffh_inner *inner);

static inline void ffh_inner_begin(ffh_inner *inner, const ffh_function *function,
                                   const ffh_word *args) {
  inner->function = function;
  inner->args = args;
  inner->open = 1;
  inner->told = 0;
  inner->use = 0;
  ffh_cross_in(&inner->crossing, &function->edge);
}

static inline void ffh_inner_enter(ffh_inner *inner, const ffh_function *function,
                                   const ffh_word *args) {
  ffh_inner_begin(inner, function, args);
  ffh_inner_tell_enter(inner);
}

/* For a function that only uses one handle, args[0]. */
static inline void ffh_inner_enter_use(ffh_inner *inner, const ffh_function *function,
                                       const ffh_word *args) {
  ffh_inner_begin(inner, function, args);
  const ffh_inner_last *last = &ffh_inner_last_use;
  if (last->object == args[0].cp && last->function == function &&
      last->version == __atomic_load_n(&ffh_inner_version, __ATOMIC_RELAXED) &&
      inner->crossing.from != FFH_SIDE_LEGACY) {
    uint64_t *count = &ffh_inner_counts[function->edge.function];
    __atomic_store_n(count, __atomic_load_n(count, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
    return;
  }
  inner->use = 1;
  ffh_inner_tell_enter(inner);
}

static inline void ffh_inner_leave(ffh_inner *inner, ffh_word result) {
  inner->open = 0;
  if (inner->told) {
    ffh_inner_tell_leave(inner, &result);
  }
  ffh_cross_out(&inner->crossing);
}

static inline void ffh_inner_end(ffh_inner *inner) {
  if (inner->open) {
    if (inner->told) {
      ffh_inner_tell_unwound(inner);
    }
    ffh_cross_out(&inner->crossing);
  }
}

#ifdef __cplusplus
}
#endif

#endif
