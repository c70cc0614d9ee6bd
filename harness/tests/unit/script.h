/* Small programs of several threads as text, for tables of what the scheduler's models must do.
 *
 *   "A: lock m, yield, unlock m | B: lock m, unlock m | T1: post s"
 *
 * A, B, ... are lanes, each of which takes its calls as one step; T1, T2, ... are threads that a
 * call `start T1` starts. What happened is one text: each call in the order in which they came
 * back, "A lock=0, B lock=0", with "@" and the virtual time in us since the start when the call let
 * more than 0.5 ms pass. Faults, what is not controlled and threads that are left stand at the end.
 * Calls and objects are listed in script_*.c and script_objects.c. */
#ifndef FFH_SCRIPT_H
#define FFH_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "plan/plan.h"

/* ---- running them ---- */

typedef enum ffh_script_where {
  FFH_FIXED, /* several times under the fixed policy, with equal traces */
  FFH_EVERY, /* and with many seeds of each other: the same entries, times aside, in some order */
  FFH_ANYONE /* the same, whichever threads they are of */
} ffh_script_where;

typedef struct ffh_script_row {
  ffh_script_where where;
  const char *says; /* the rule that the row shows */
  const char *script;
  const char *expect;
} ffh_script_row;

/* Every row in a process of its own. A script of one thread that is no fault is also run without
 * control, and has to give what the row expects. Fails the cmocka test that calls it. */
void ffh_script_check(const ffh_script_row *rows, size_t n);
#define FFH_SCRIPT_CHECK(rows) ffh_script_check(rows, sizeof(rows) / sizeof((rows)[0]))

typedef struct ffh_script_result {
  char log[4096];
  uint64_t trace;
  uint32_t points, switches;
} ffh_script_result;

/* In the calling process, which must not have run anything under control before it was forked. Does
 * not return after a fault: then `result` is complete and the process ends with exit code 0. */
void ffh_script_run(const char *script, const ffh_schedule *schedule, ffh_script_result *result);

/* In a process of its own. */
void ffh_script_fork(const char *script, const ffh_schedule *schedule, ffh_script_result *result);

/* ---- what calls are made of ---- */

typedef enum ffh_script_kind {
  FFH_SCRIPT_ERROR, /* returns 0 or an error number */
  FFH_SCRIPT_ERRNO, /* returns -1 and sets errno, or a number */
  FFH_SCRIPT_VALUE, /* returns a number */
  FFH_SCRIPT_SILENT /* is not in the log */
} ffh_script_kind;

typedef struct ffh_script_call {
  const char *name;
  ffh_script_kind kind;
  long (*run)(const char *const *words); /* what follows the name; "" where there is no more */
} ffh_script_call;

extern const ffh_script_call ffh_script_locks[], ffh_script_waits[], ffh_script_threads[],
    ffh_script_files[], ffh_script_memory[]; /* each ends with a name of NULL */

/* An entry of the log in the calling thread's name. */
void ffh_script_note(const char *call, ffh_script_kind kind, long result);

/* Runs the calls of that thread of the script. The thread says its name with it. */
void ffh_script_play(const char *thread);

/* Stops the process: the script is wrong. */
__attribute__((noreturn)) void ffh_script_wrong(const char *what, const char *word);

long ffh_script_number(const char *word);

/* The absolute time of that many ms since the start, by the clock; "bad" has too many ns. */
struct timespec ffh_script_time(int clock, const char *ms);

/* script_threads.c: the key of thread-specific data exists. */
void ffh_script_key(void);

/* ---- script_objects.c ---- */

void *ffh_script_object(const char *name);
const char *ffh_script_object_name(const void *object);
/* As new. Under control, between begin and the first step. */
void ffh_script_objects_reset(void *unused);

#endif
