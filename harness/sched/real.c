#include "sched/real.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/assert.h"

/* A sanitizer's interceptor keeps its own books (threads, buffers, clocks), so it goes first. */
#define FFH_REAL(result, name, version, ...) \
  __attribute__((weak)) result __interceptor_##name(__VA_ARGS__);
#include "sched/real.def"
#undef FFH_REAL

static ffh_real_functions functions;
static atomic_bool resolved;

static void *look_up(const char *name, const char *version) {
  void *found = *version == '\0' ? NULL : dlvsym(RTLD_NEXT, name, version);
  found = found != NULL ? found : dlsym(RTLD_NEXT, name);
  FFH_ASSERT(found != NULL);
  return found;
}

/* Threads that come here together all find the same. */
static void resolve(void) {
#define FFH_REAL(result, name, version, ...)    \
  functions.name = __interceptor_##name != NULL \
                       ? __interceptor_##name   \
                       : (result(*)(__VA_ARGS__))(uintptr_t)look_up(#name, version);
#include "sched/real.def"
#undef FFH_REAL
  atomic_store_explicit(&resolved, true, memory_order_release);
}

const ffh_real_functions *ffh_real(void) {
  if (!atomic_load_explicit(&resolved, memory_order_acquire)) {
    resolve();
  }
  return &functions;
}
