/* ThreadSanitizer's annotations, weak as in base/asan.h: they say which hand-overs order memory.
 * The scheduler's own say nothing, so that ThreadSanitizer reports races as if threads ran free. */
#ifndef FFH_BASE_TSAN_H
#define FFH_BASE_TSAN_H

#include <stdbool.h>
#include <stddef.h>

#define FFH_TSAN_WEAK __attribute__((weak))

FFH_TSAN_WEAK void __tsan_acquire(void *address);
FFH_TSAN_WEAK void __tsan_release(void *address);
/* What instrumented functions call at their start and end: the frame's place in reports. */
FFH_TSAN_WEAK void __tsan_func_entry(void *pc);
FFH_TSAN_WEAK void __tsan_func_exit(void);
/* Nested; between the two, nothing that the thread reads or writes is noted. */
FFH_TSAN_WEAK void AnnotateIgnoreWritesBegin(const char *file, int line);
FFH_TSAN_WEAK void AnnotateIgnoreWritesEnd(const char *file, int line);
/* Of the report that __tsan_on_report is given. 1: done. */
FFH_TSAN_WEAK int __tsan_get_report_data(void *report, const char **description, int *count,
                                         int *stacks, int *accesses, int *locations, int *mutexes,
                                         int *threads, int *tids, void **sleep_trace,
                                         unsigned long trace_size);
FFH_TSAN_WEAK int __tsan_get_report_mop(void *report, unsigned long index, int *tid, void **address,
                                        int *size, int *write, int *atomic, void **trace,
                                        unsigned long trace_size);

static inline bool ffh_tsan_is_here(void) {
  return __tsan_acquire != NULL;
}

static inline void ffh_tsan_acquire(void *address) {
  if (__tsan_acquire != NULL) {
    __tsan_acquire(address);
  }
}

static inline void ffh_tsan_release(void *address) {
  if (__tsan_release != NULL) {
    __tsan_release(address);
  }
}

static inline void ffh_tsan_ignore_begin(void) {
  if (AnnotateIgnoreWritesBegin != NULL) {
    AnnotateIgnoreWritesBegin("", 0);
  }
}

static inline void ffh_tsan_ignore_end(void) {
  if (AnnotateIgnoreWritesEnd != NULL) {
    AnnotateIgnoreWritesEnd("", 0);
  }
}

#endif
