/* ThreadSanitizer's annotations, weak as in base/asan.h: they say which hand-overs order memory.
 * The scheduler's own say nothing, so that ThreadSanitizer reports races as if threads ran free. */
#ifndef FFH_BASE_TSAN_H
#define FFH_BASE_TSAN_H

#include <stddef.h>

__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

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

#endif
