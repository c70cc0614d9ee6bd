/* The runtime's: in the flavor native always; under AddressSanitizer when FFH_BENCH_LEDGER is set,
 * so that the same program shows what the sanitizer alone costs. */
#include <stdlib.h>

#include "base/asan.h"
#include "base/caches.h"
#include "ffh/cross.h"
#include "hooks/alloc.h"
#include "overhead.h"

enum { ASKED = 1000, CHECKS = 5 };

static void on_fault(ffh_free_fault fault, const ffh_block *block, const ffh_freeing *freeing) {
  (void)fault, (void)block, (void)freeing;
  abort(); /* this program frees what it allocates */
}

void ledger_start(void) {
  if (__asan_region_is_poisoned == NULL || getenv("FFH_BENCH_LEDGER") != NULL) {
    if (!ffh_alloc_start(on_fault)) {
      abort();
    }
  }
}

void ledger_enter(void) {
  ffh_here_now.side = FFH_SIDE_LIBRARY;
}

void ledger_begin_input(void) {
  ffh_alloc_begin_input();
}

void ledger_begin_turn(void) {
  ffh_caches_begin_turn();
}

void ledger_end_turn(void) {
  ffh_caches_end_turn();
}

static double ask(void) {
  double start = overhead_now_ns();
  for (unsigned i = 0; i < ASKED; i++) {
    if (ffh_alloc_live() != 0) {
      abort();
    }
  }
  return (overhead_now_ns() - start) / ASKED;
}

void ledger_verdict(void) {
  double best = 1e18;
  for (unsigned i = 0; i < CHECKS; i++) {
    double spent = ask();
    best = spent < best ? spent : best;
  }
  overhead_print("verdict", best);
  if (__lsan_do_recoverable_leak_check != NULL) {
    double start = overhead_now_ns();
    __lsan_do_recoverable_leak_check();
    overhead_print("lsan", overhead_now_ns() - start);
  }
}
