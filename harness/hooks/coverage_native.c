/* What code instrumented for libFuzzer calls, for executables without libFuzzer (replay, unit
 * tests) and without a sanitizer, whose runtime has these otherwise. They do nothing. */
#include <stdint.h>

#define STUB __attribute__((weak, visibility("default")))
/* Arguments are left in their registers. */
#define NOTHING(name)   \
  STUB void name(void); \
  void name(void) {}

NOTHING(__sanitizer_cov_trace_cmp1)
NOTHING(__sanitizer_cov_trace_cmp2)
NOTHING(__sanitizer_cov_trace_cmp4)
NOTHING(__sanitizer_cov_trace_cmp8)
NOTHING(__sanitizer_cov_trace_const_cmp1)
NOTHING(__sanitizer_cov_trace_const_cmp2)
NOTHING(__sanitizer_cov_trace_const_cmp4)
NOTHING(__sanitizer_cov_trace_const_cmp8)
NOTHING(__sanitizer_cov_trace_switch)
NOTHING(__sanitizer_cov_trace_div4)
NOTHING(__sanitizer_cov_trace_div8)
NOTHING(__sanitizer_cov_trace_gep)
NOTHING(__sanitizer_cov_trace_pc_indir)
NOTHING(__sanitizer_cov_8bit_counters_init)
NOTHING(__sanitizer_cov_pcs_init)

STUB _Thread_local uintptr_t __sancov_lowest_stack = UINTPTR_MAX;
