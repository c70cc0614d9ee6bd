/* Leaks of one input, by LeakSanitizer: only it knows what can still be reached.
 *
 * A leak check stops the process for milliseconds, so it is made only when blocks of the input are
 * alive at its end, and ever more rarely when a target leaves some after each input (a cache that
 * grows). Counting is by number, never by time: the same inputs give the same checks. */
#ifndef FFH_HOOKS_LEAK_H
#define FFH_HOOKS_LEAK_H

#include <stdbool.h>
#include <stdint.h>

typedef enum ffh_leak_answer {
  FFH_LEAK_NOT_ASKED = 0, /* nothing is alive, or it was not worth asking again */
  FFH_LEAK_NONE,          /* all memory can be reached */
  FFH_LEAK_FOUND          /* LeakSanitizer's report is on stderr */
} ffh_leak_answer;

/* Whether there is a LeakSanitizer to ask. */
bool ffh_leak_can_ask(void);

/* At the end of an input that has `live` blocks. `always` asks whatever their number is. Main
 * thread, while every other thread is parked. */
ffh_leak_answer ffh_leak_end_input(int64_t live, bool always);

/* The blocks that were found lost last, in no useful order; at most `n` of `total`. Static. Empty
 * without report_objects in LSAN_OPTIONS. */
typedef struct ffh_leak_lost {
  const uintptr_t *addresses;
  uint32_t n, total;
} ffh_leak_lost;

ffh_leak_lost ffh_leak_blocks(void);

#endif
