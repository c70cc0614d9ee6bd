/* The guards of C++ function-local statics in the ThreadSanitizer flavor, whose runtime has its own
 * and would block without the scheduler. Elsewhere they are the C++ library's, which waits by
 * futex. The linker redirects the names here (--wrap).
 *
 * The layout is the Itanium C++ ABI's: bit 0 says that the variable is made. */
#include <limits.h>
#include <linux/futex.h>

#include "base/syscall.h"
#include "base/tsan.h"
#include "sched/models.h"

/* As ThreadSanitizer has it: threads that are not controlled may meet the same guard. */
enum { GUARD_MADE = 1, GUARD_BUSY = 1 << 16 };

int __real___cxa_guard_acquire(uint32_t *at);
void __real___cxa_guard_release(uint32_t *at);
void __real___cxa_guard_abort(uint32_t *at);

int __wrap___cxa_guard_acquire(uint32_t *at);
void __wrap___cxa_guard_release(uint32_t *at);
void __wrap___cxa_guard_abort(uint32_t *at);

FFH_EXPORT int __wrap___cxa_guard_acquire(uint32_t *at) {
  FFH_MODEL(__real___cxa_guard_acquire(at));
  (void)self;
  ffh_point(FFH_OP_WAIT, at);
  for (;;) {
    uint32_t state = __atomic_load_n(at, __ATOMIC_ACQUIRE);
    if (state == GUARD_MADE) {
      ffh_tsan_acquire(at);
      return 0;
    }
    if (state == 0) {
      __atomic_store_n(at, GUARD_BUSY, __ATOMIC_RELAXED);
      return 1;
    }
    (void)ffh_block(FFH_OP_WAIT, at, FFH_NO_DEADLINE, false);
  }
}

static void finish(uint32_t *at, uint32_t state) {
  ffh_tsan_release(at);
  __atomic_store_n(at, state, __ATOMIC_RELEASE);
  ffh_wake_all(FFH_OP_WAIT, at);
  ffh_syscall(SYS_futex, (long)at, FUTEX_WAKE_PRIVATE, INT_MAX, 0, 0, 0);
}

FFH_EXPORT void __wrap___cxa_guard_release(uint32_t *at) {
  if (ffh_self == NULL) {
    __real___cxa_guard_release(at);
  } else {
    finish(at, GUARD_MADE);
  }
}

FFH_EXPORT void __wrap___cxa_guard_abort(uint32_t *at) {
  if (ffh_self == NULL) {
    __real___cxa_guard_abort(at);
  } else {
    finish(at, 0);
  }
}
