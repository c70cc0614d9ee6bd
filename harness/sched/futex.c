/* The futex system call, which Rust's standard library and libstdc++ make through libc's syscall():
 * wait, wake, requeue, with bit sets and timeouts, as futex(2) describes them. Waiters are woken in
 * the order in which they came. */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/syscall.h"
#include "sched/clock.h"
#include "sched/models.h"

FFH_MODEL_FILE(futex)

static long fail(int error) {
  errno = error;
  return -1;
}

static uint32_t value_at(const uint32_t *word) {
  return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

static long wake(const uint32_t *word, uint32_t n, uint32_t bits) {
  if (bits == 0) {
    return fail(EINVAL);
  }
  unsigned woken = 0;
  ffh_thread *thread;
  while (woken < n && (thread = ffh_longest_blocked(FFH_OP_WAIT, word, bits)) != NULL) {
    ffh_wake_thread(thread, FFH_WAKE_SIGNALLED);
    woken++;
  }
  if (woken == 0) {
    ffh_wasted_wake(word);
  }
  return woken;
}

static long futex_wait(ffh_thread *self, const uint32_t *word, uint32_t expected, uint32_t bits,
                       uint64_t deadline_ns) {
  ffh_point(FFH_OP_WAIT, word);
  if (bits == 0) {
    return fail(EINVAL);
  }
  if (value_at(word) != expected) {
    return fail(EAGAIN);
  }
  self->bits = bits;
  ffh_wake why = ffh_block(FFH_OP_WAIT, word, deadline_ns, false);
  return why == FFH_WAKE_TIMED_OUT ? fail(ETIMEDOUT) : 0;
}

static long requeue(const uint32_t *from, uint32_t n_wake, uint32_t n_move, const uint32_t *to) {
  unsigned woken = 0, moved = 0;
  ffh_thread *thread;
  while (woken < n_wake && (thread = ffh_longest_blocked(FFH_OP_WAIT, from, UINT32_MAX)) != NULL) {
    ffh_wake_thread(thread, FFH_WAKE_SIGNALLED);
    woken++;
  }
  while (moved < n_move && from != to &&
         (thread = ffh_longest_blocked(FFH_OP_WAIT, from, UINT32_MAX)) != NULL) {
    thread->object = to;
    moved++;
  }
  return woken + moved;
}

static bool deadline_of(int operation, const struct timespec *time, uint64_t *deadline_ns) {
  *deadline_ns = FFH_NO_DEADLINE;
  if (time == NULL) {
    return true;
  }
  if ((operation & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET) {
    bool real = (operation & FUTEX_CLOCK_REALTIME) != 0;
    return ffh_deadline(real ? CLOCK_REALTIME : CLOCK_MONOTONIC, time, deadline_ns);
  }
  return ffh_deadline_after(time, deadline_ns);
}

static long futex(ffh_thread *self, const long a[6]) {
  const uint32_t *word = (const uint32_t *)a[0], *second = (const uint32_t *)a[4];
  int operation = (int)a[1];
  uint32_t value = (uint32_t)a[2];
  uint64_t deadline_ns = 0;
  switch (operation & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
      if (!deadline_of(operation, (const struct timespec *)a[3], &deadline_ns)) {
        return fail(EINVAL);
      }
      return futex_wait(self, word, value,
                        (operation & FUTEX_CMD_MASK) == FUTEX_WAIT ? UINT32_MAX : (uint32_t)a[5],
                        deadline_ns);
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
      ffh_point(FFH_OP_WAKE, word);
      return wake(word, value > INT_MAX ? INT_MAX : value,
                  (operation & FUTEX_CMD_MASK) == FUTEX_WAKE ? UINT32_MAX : (uint32_t)a[5]);
    case FUTEX_CMP_REQUEUE:
      ffh_point(FFH_OP_WAKE, word);
      if (value_at(word) != (uint32_t)a[5]) {
        return fail(EAGAIN);
      }
      return requeue(word, value, (uint32_t)a[3], second);
    case FUTEX_REQUEUE:
      ffh_point(FFH_OP_WAKE, word);
      return requeue(word, value, (uint32_t)a[3], second);
    default: {
      ffh_not_controlled("futex: an operation that is not modelled");
      long rc = ffh_syscall(SYS_futex, a[0], a[1], a[2], a[3], a[4], a[5]);
      return rc < 0 ? fail((int)-rc) : rc;
    }
  }
}

/* Also for threads that are not controlled: libc's own is hidden behind this one. */
FFH_EXPORT long syscall(long number, ...) {
  va_list list;
  long a[6];
  va_start(list, number);
  for (int i = 0; i < 6; i++) {
    a[i] = va_arg(list, long);
  }
  va_end(list);
  ffh_thread *self = ffh_controlled();
  if (self != NULL) {
    self->what = "futex";
    self->pc = (uintptr_t)__builtin_return_address(0);
    self->frame = (uintptr_t)__builtin_frame_address(0);
    if (number == SYS_futex) {
      return futex(self, a);
    }
    if (number == SYS_getrandom) {
      return ffh_clock_random((void *)a[0], (size_t)a[1]);
    }
    if (number == SYS_sched_yield) {
      return sched_yield();
    }
  }
  long rc = ffh_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  return rc < 0 && rc > -4096 ? fail((int)-rc) : rc;
}
