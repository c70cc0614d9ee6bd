#include "hooks/leak.h"

#include <stdatomic.h>
#include <stdint.h>

#include "base/asan.h"

enum { ALWAYS_CHECKED = 256, LATER_EVERY = 256 };

static atomic_int_fast64_t balance; /* blocks allocated minus blocks freed, by any thread */
static uint64_t unbalanced_inputs;

static void on_malloc(const volatile void *block, size_t size) {
  (void)block;
  (void)size;
  atomic_fetch_add_explicit(&balance, 1, memory_order_relaxed);
}

static void on_free(const volatile void *block) {
  if (block != NULL) {
    atomic_fetch_sub_explicit(&balance, 1, memory_order_relaxed);
  }
}

void ffh_leak_start(void) {
  static bool started;
  if (!started && __sanitizer_install_malloc_and_free_hooks != NULL) {
    started = true;
    __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
  }
}

void ffh_leak_begin_input(void) {
  atomic_store_explicit(&balance, 0, memory_order_relaxed);
}

bool ffh_leak_end_input(bool always) {
  if (__lsan_do_recoverable_leak_check == NULL) {
    return false;
  }
  if (!always) {
    if (atomic_load_explicit(&balance, memory_order_relaxed) <= 0) {
      return false;
    }
    unbalanced_inputs++;
    if (unbalanced_inputs > ALWAYS_CHECKED && unbalanced_inputs % LATER_EVERY != 0) {
      return false;
    }
  }
  return __lsan_do_recoverable_leak_check() != 0;
}
