/* Leaks of one input, from AddressSanitizer's allocation hooks and LeakSanitizer.
 *
 * A leak check stops the process for milliseconds, so it is made only when an input allocated more
 * than it freed, and ever more rarely when a target does that on each input (a cache that grows).
 * Counting is by number, never by time: the same inputs give the same checks. */
#ifndef FFH_HOOKS_LEAK_H
#define FFH_HOOKS_LEAK_H

#include <stdbool.h>

/* Installs the hooks. `thread_is_lane` tells whether the calling thread is one of those that take
 * turns; it is called at every allocation. Once, on the main thread, before the library is first
 * called. */
void ffh_leak_start(bool (*thread_is_lane)(void));

/* Begins and ends the counting of one input. Main thread, while every lane is parked. `always`
 * checks whatever the count says. True when LeakSanitizer found unreachable memory; its report is
 * on stderr. */
void ffh_leak_begin_input(void);
bool ffh_leak_end_input(bool always);

#endif
