/* The generated target counts its calls in the statistics page. */
#include "bench.h"
#include "report/stats.h"

uint64_t bench_calls(void) {
  return ffh_stats()->calls;
}
