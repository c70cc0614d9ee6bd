/* What instrumented code calls before each load, store and branch (SanitizerCoverage's
 * trace-loads, trace-stores and trace-pc). A countdown in thread-local memory makes nearly all of
 * them free of any decision.
 *
 * trace-pc's own name is libFuzzer's, so the linker redirects it here (--wrap). */
#include "sched/core.h"
#include "sched/models.h"
#include "sched/shared.h"

FFH_MODEL_FILE(memory)

#define HERE ((uintptr_t)__builtin_return_address(0))

#define POINT(op, address)                     \
  if (__builtin_expect(--ffh_budget < 0, 0)) { \
    ffh_memory_point(op, address, HERE);       \
  }

#define LOAD(bytes)                                                                  \
  __attribute__((visibility("default"))) void __sanitizer_cov_load##bytes(void *at); \
  void __sanitizer_cov_load##bytes(void *at) {                                       \
    POINT(FFH_OP_LOAD, at)                                                           \
    ffh_shared_load(at, HERE);                                                       \
  }

#define STORE(bytes)                                                                  \
  __attribute__((visibility("default"))) void __sanitizer_cov_store##bytes(void *at); \
  void __sanitizer_cov_store##bytes(void *at) {                                       \
    POINT(FFH_OP_STORE, at)                                                           \
    ffh_shared_store(at, HERE);                                                       \
  }

LOAD(1)
LOAD(2)
LOAD(4)
LOAD(8)
LOAD(16)
STORE(1)
STORE(2)
STORE(4)
STORE(8)
STORE(16)

__attribute__((visibility("default"))) void __wrap___sanitizer_cov_trace_pc(void);
void __wrap___sanitizer_cov_trace_pc(void) {
  POINT(FFH_OP_EDGE, NULL)
}
