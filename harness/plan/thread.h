/* What a thread is called wherever somebody reads of it: lanes are A to Z, then AA, AB, ... like
 * the columns of a spreadsheet; the threads that the library starts are T1, T2, ... */
#ifndef FFH_PLAN_THREAD_H
#define FFH_PLAN_THREAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ffh_out;

/* `thread` is an ffh_thread_name. Async-signal-safe. */
void ffh_thread_print(struct ffh_out *out, unsigned thread);
/* False when the text is no name, or that of a thread beyond the caps of limits.h. */
bool ffh_thread_parse(const char *text, size_t size, unsigned *thread);

static inline bool ffh_thread_is_lane(unsigned thread) {
  return thread < FFH_MAX_LANES;
}

#ifdef __cplusplus
}
#endif

#endif
