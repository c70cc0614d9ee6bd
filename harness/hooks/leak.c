#include "hooks/leak.h"

#include <stdatomic.h>
#include <stdint.h>

#include "base/asan.h"

enum { ALWAYS_CHECKED = 256, LATER_EVERY = 256 };

/* Blocks allocated minus blocks freed. Lanes, of which one runs at a time, share a plain counter;
 * other threads count apart. */
static int64_t lane_balance;
static atomic_int_fast64_t other_balance;
static uint64_t unbalanced_inputs;
static bool (*is_lane)(void);
/* A thread that is a lane stays one. */
static _Thread_local bool known_lane __attribute__((tls_model("initial-exec")));

static void count(int change) {
  known_lane = known_lane || is_lane();
  if (known_lane) {
    lane_balance += change;
  } else {
    atomic_fetch_add_explicit(&other_balance, change, memory_order_relaxed);
  }
}

static void on_malloc(const volatile void *block, size_t size) {
  (void)block;
  (void)size;
  count(1);
}

static void on_free(const volatile void *block) {
  if (block != NULL) {
    count(-1);
  }
}

void ffh_leak_start(bool (*thread_is_lane)(void)) {
  static bool started;
  if (!started && __sanitizer_install_malloc_and_free_hooks != NULL) {
    started = true;
    is_lane = thread_is_lane;
    __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
  }
}

void ffh_leak_begin_input(void) {
  lane_balance = 0;
  atomic_store_explicit(&other_balance, 0, memory_order_relaxed);
}

bool ffh_leak_end_input(bool always) {
  if (__lsan_do_recoverable_leak_check == NULL) {
    return false;
  }
  if (!always) {
    if (lane_balance + atomic_load_explicit(&other_balance, memory_order_relaxed) <= 0) {
      return false;
    }
    unbalanced_inputs++;
    if (unbalanced_inputs > ALWAYS_CHECKED && unbalanced_inputs % LATER_EVERY != 0) {
      return false;
    }
  }
  return __lsan_do_recoverable_leak_check() != 0;
}
