/* What the programs of the concurrency suite share. A program is a pair of functions: NAME_bad has
 * one concurrency bug, NAME_good is its fixed twin. Both start their own threads, join them, and
 * may be called any number of times in one process; they keep nothing between two calls. */
#ifndef FFH_TESTS_SCHEDULES_SUITE_H
#define FFH_TESTS_SCHEDULES_SUITE_H

#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#else
#include <stdbool.h>
#endif

#define SUITE(name, language, findings, summary) \
  int32_t name##_bad(void);                      \
  int32_t name##_good(void);
#include "programs.def"
#undef SUITE

/* The check of a program that nobody else would stop: prints file, line and expression, and aborts.
 */
#define SUITE_CHECK(condition) ((condition) ? (void)0 : suite_fail(__FILE__, __LINE__, #condition))

#if defined(__cplusplus)
[[noreturn]]
#else
_Noreturn
#endif
void suite_fail(const char *file, int line, const char *expression);

enum { SUITE_MAX_THREADS = 20 };

/* Runs body(shared, 0) to body(shared, count - 1), each in a thread of its own, and joins them all.
 */
void suite_run(int count, void (*body)(void *shared, int index), void *shared);

/* Defines both functions of a program; the statement sees which of the two it is by `fixed`. */
#define SUITE_PAIR(name, statement) \
  int32_t name##_bad(void) {        \
    const bool fixed = false;       \
    statement;                      \
    return 0;                       \
  }                                 \
  int32_t name##_good(void) {       \
    const bool fixed = true;        \
    statement;                      \
    return 0;                       \
  }

#ifdef __cplusplus
}
#endif

#endif
