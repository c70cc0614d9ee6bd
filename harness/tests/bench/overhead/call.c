/* One call: plain; with the side marked (ffh/cross.h); guarded as the wrapper of an inner function
 * is (ffh/inner.h), by a handle that its own thread uses again. */
#include "ffh/cross.h"
#include "ffh/inner.h"
#include "overhead.h"

enum { ROUNDS = 9, CALLS_IN_ROUND = (1 << 23) / ROUNDS };

static const ffh_edge edge = {"overhead_callee", FFH_SIDE_LEGACY, FFH_EDGE_LEGACY, 0, 0xffff};
static uint64_t object;

__attribute__((noinline)) static uint64_t plain(void *at, uint64_t number) {
  return overhead_callee(at, number) + 1;
}

__attribute__((noinline)) static uint64_t marked(void *at, uint64_t number) {
  ffh_crossing crossing;
  ffh_crossed before = ffh_cross_enter(&crossing, &edge);
  uint64_t result = overhead_callee(at, number) + 1;
  ffh_cross_leave(&crossing, before);
  return result;
}

static const ffh_function function = {
    .name = "overhead_callee",
    .edge = {"overhead_callee", FFH_SIDE_LEGACY, FFH_EDGE_LEGACY, 0, FFH_NONE}};

/* As ffh-gen writes it for a function that uses one handle. */
__attribute__((noinline)) static uint64_t guarded(void *at, uint64_t number) {
  ffh_word words[2];
  words[0].p = at;
  words[1].u = number;
  ffh_inner inner;
  FFH_INNER_SCOPE ffh_inner_scope scope = ffh_inner_enter_use(&inner, &function, words);
  ffh_word result = {.u = overhead_callee(at, number) + 1};
  ffh_inner_leave(&scope, result);
  return result.u;
}

static double time_of(uint64_t (*call)(void *, uint64_t)) {
  double best = 1e18;
  for (unsigned round = 0; round < ROUNDS; round++) {
    double start = overhead_cpu_ns();
    for (uint64_t i = 0; i < CALLS_IN_ROUND; i++) {
      call(&object, i);
    }
    double spent = (overhead_cpu_ns() - start) / CALLS_IN_ROUND;
    best = spent < best ? spent : best;
  }
  return best;
}

void overhead_calls(void) {
  overhead_print("plain", time_of(plain));
  overhead_print("marked", time_of(marked));
  /* The thread has used the object before, and nothing has changed since. */
  ffh_inner_last_use = (ffh_inner_last){&object, &function, ffh_inner_version};
  overhead_print("guarded", time_of(guarded));
}
