/* Runs one input: the only place that knows the whole pipeline
 *   bytes -> plan -> schedule -> boundary -> events -> checkers -> verdict -> report.
 *
 * Everything here is called on the main thread. Memory is taken by ffh_run_start; after that only
 * the library under test allocates. */
#ifndef FFH_RUN_H
#define FFH_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/out.h"
#include "plan/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ffh_run_options {
  int core;               /* to pin to; negative: the present one */
  const char *stats_path; /* NULL: counters stay in the process */
  bool check_every_leak;  /* look for leaks after each input, whatever it allocated (replay) */
  bool unmap_every;       /* each argument in pages of its own, which trap (replay) */
  /* Called with a finding of our own checkers as one line of JSON, on any lane. Must not return. */
  void (*on_finding)(const char *json, size_t size);
} ffh_run_options;

/* Checks that the generated target fits this runtime, and gets ready. False, with *message saying
 * what the environment refuses (static storage), when it cannot. Once. */
bool ffh_run_start(const ffh_target *target, const ffh_run_options *options, const char **message);

/* How many checkers the start-up self-test tries in this build. It is part of ffh_run_start, and
 * one that does not see the fault planted for it ends the process with FFH-INTERNAL. */
unsigned ffh_run_self_tests(void);

typedef struct ffh_run_result {
  ffh_decode_result decoded;
  uint32_t calls, skipped, switches; /* of this input */
  uint32_t leftover;                 /* handles that the contract gave no way to destroy */
  uint32_t points;                   /* passed; see sched/sched.h */
  uint32_t threads_left;             /* that the library started in this input */
  uint64_t trace;                    /* equal for equal interleavings and outcomes */
  const char *not_controlled; /* why a replay may differ (static storage), NULL: it may not */
} ffh_run_result;

ffh_run_result ffh_run_input(const uint8_t *data, size_t size);

/* The plan stays the caller's and must not change meanwhile. */
ffh_run_result ffh_run_plan(const ffh_plan *plan);

/* As ffh_run_plan, but after the last call nothing is torn down: the process leaves by exit(0)
 * under the schedule, with whatever is alive. */
__attribute__((noreturn)) void ffh_run_plan_and_exit(const ffh_plan *plan);

/* Whether that is going on. Async-signal-safe. */
bool ffh_run_is_leaving(void);

/* The end of that: from the last function that exit() calls in this program. Lets the library's
 * threads go on once more, until each has ended or waits for something. */
ffh_run_result ffh_run_exited(void);

/* What the run was doing, as JSON, for the moment of death. Async-signal-safe; any thread. `rule`
 * is the ID to report, or "" when a sanitizer's report says it. */
void ffh_run_describe(const char *rule, const char *message, ffh_out *out);

/* Adds up what is counted elsewhere while an input runs (ffh_inner_counts), for the page of
 * counters. After each input, and where the process is about to end. Async-signal-safe. */
void ffh_run_count(void);

/* A signal says that the process used this address. Async-signal-safe; before ffh_run_describe. */
void ffh_run_faulted(const void *address);

/* Whether an input is being run now. Async-signal-safe. */
bool ffh_run_is_active(void);

/* Whether this process was forked off by the library: nothing in it is a finding.
 * Async-signal-safe. */
bool ffh_run_is_child(void);

/* The private directory of this process, "" when the target needs none. */
const char *ffh_run_directory(void);

/* The process ends as it should: calls the contract's FFH_FINI functions, then stops. During an
 * input, which means that the library itself is ending the process, it only stops. */
void ffh_run_finish(void);

/* Removes the private directory. Safe to call more than once. */
void ffh_run_stop(void);

#ifdef __cplusplus
}
#endif

#endif
