/* The inner edge: what the wrapper of a legacy function (FFH_LEGACY) tells the runtime.
 *
 * A wrapper enters before the function and leaves after it, on the calling thread; FFH_INNER_SCOPE
 * leaves too when an exception, a panic or pthread_exit unwinds past it. A handle that its own
 * thread uses again and again takes the short way: a compare with what the thread used last, while
 * nothing about objects and roles has changed. */
#ifndef FFH_INNER_H
#define FFH_INNER_H

#include <stdbool.h>
#include <stddef.h>

#include "ffh/target.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One call. What the runtime is told of it; not filled in where the short way is taken. */
typedef struct ffh_inner {
  ffh_crossing crossing;
  const ffh_function *function;
  const ffh_word *args; /* one for each slot but the result's */
  bool internal;        /* the legacy side calls itself */
  bool use;             /* nothing but a use of args[0] */
} ffh_inner;

/* What a wrapper keeps to itself, in registers where it can. */
typedef struct ffh_inner_scope {
  ffh_inner *inner;
  ffh_crossed before;
  bool open; /* not left yet */
  bool told; /* the runtime was told of it, and is told of its end */
} ffh_inner_scope;

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

/* Whether the end is to be told too. */
bool ffh_inner_tell_enter(const ffh_inner *inner);
void ffh_inner_tell_leave(const ffh_inner *inner, const ffh_word *result);
void ffh_inner_tell_unwound(const ffh_inner *inner);

/* These are parts of the wrapper: of its frame, and nothing of the scope gets out. */
#define FFH_INNER_PART __attribute__((always_inline)) static inline

FFH_INNER_PART bool ffh_inner_tell(ffh_inner *inner, const ffh_function *function,
                                   const ffh_word *args, bool internal, bool use) {
  inner->function = function;
  inner->args = args;
  inner->internal = internal;
  inner->use = use;
  return ffh_inner_tell_enter(inner);
}

FFH_INNER_PART ffh_inner_scope ffh_inner_enter(ffh_inner *inner, const ffh_function *function,
                                               const ffh_word *args) {
  ffh_crossed before = ffh_cross_enter(&inner->crossing, &function->edge);
  bool told = ffh_inner_tell(inner, function, args, before.side == FFH_SIDE_LEGACY, false);
  return (ffh_inner_scope){inner, before, true, told};
}

/* For a function that only uses one handle, args[0]. */
FFH_INNER_PART ffh_inner_scope ffh_inner_enter_use(ffh_inner *inner, const ffh_function *function,
                                                   const ffh_word *args) {
  ffh_crossed before = ffh_cross_enter(&inner->crossing, &function->edge);
  const ffh_inner_last *last = &ffh_inner_last_use;
  bool internal = before.side == FFH_SIDE_LEGACY, told = false;
  if (__builtin_expect(last->object == args[0].cp && last->function == function &&
                           last->version == __atomic_load_n(&ffh_inner_version, __ATOMIC_RELAXED) &&
                           !internal,
                       1)) {
    uint64_t *count = &ffh_inner_counts[function->edge.function];
    __atomic_store_n(count, __atomic_load_n(count, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
  } else {
    told = ffh_inner_tell(inner, function, args, internal, true);
  }
  return (ffh_inner_scope){inner, before, true, told};
}

FFH_INNER_PART void ffh_inner_leave(ffh_inner_scope *scope, ffh_word result) {
  scope->open = false;
  if (__builtin_expect(scope->told, 0)) {
    ffh_word kept = result; /* which would have to lie in memory otherwise */
    ffh_inner_tell_leave(scope->inner, &kept);
  }
  ffh_cross_leave(&scope->inner->crossing, scope->before);
}

FFH_INNER_PART void ffh_inner_end(ffh_inner_scope *scope) {
  if (scope->open) {
    if (scope->told) {
      ffh_inner_tell_unwound(scope->inner);
    }
    ffh_cross_leave(&scope->inner->crossing, scope->before);
  }
}

#ifdef __cplusplus
}
#endif

#endif
