/* The start-up self-test: every checker has to see a fault that is planted for it, and to be silent
 * about its correct twin, before the first input runs. */
#ifndef FFH_RUN_SELFTEST_H
#define FFH_RUN_SELFTEST_H

#include <stdbool.h>

/* One checker, with the real one at work on a fault of ours, and nothing reported. */
typedef struct ffh_selftest {
  const char *checker;
  bool (*is_there)(void);          /* NULL: in every build */
  bool (*speaks)(bool is_planted); /* whether the checker speaks: of the fault, or of its twin */
} ffh_selftest;

/* selftest_cases.c, _sched.c, _inner.c and _cross.c */
extern const ffh_selftest ffh_selftests[];
extern const unsigned ffh_selftest_count;
bool ffh_selftest_sched(bool is_planted);
bool ffh_selftest_jumps(bool is_planted);
bool ffh_selftest_confinement(bool is_planted);
bool ffh_selftest_callbacks(bool is_planted);
bool ffh_selftest_threadstate(bool is_planted);

/* Ends the process with FFH-INTERNAL when a checker is silent about its fault, or speaks of the
 * twin. Main thread, once, after the runtime has started and before the target's FFH_INIT.
 * Microseconds. */
void ffh_run_self_test(void);

#endif
