/* Nothing of ours. Under valgrind, its own leak check. */
#include "overhead.h"

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif

void overhead_calls(void) {}
void ledger_start(void) {}
void ledger_enter(void) {}
void ledger_begin_input(void) {}
void ledger_begin_turn(void) {}
void ledger_end_turn(void) {}

void ledger_verdict(void) {
#ifdef VALGRIND_DO_QUICK_LEAK_CHECK
  double start = overhead_now_ns();
  VALGRIND_DO_QUICK_LEAK_CHECK;
  overhead_print("verdict", overhead_now_ns() - start);
#endif
}
