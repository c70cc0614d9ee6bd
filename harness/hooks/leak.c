#include "hooks/leak.h"

#include <string.h>

#include "base/asan.h"

enum { ALWAYS_CHECKED = 256, LATER_EVERY = 256, MAX_LOST = 4096 };

static uint64_t unbalanced_inputs;
static bool listening;
static uint32_t lost_total, n_lost;
static uintptr_t lost[MAX_LOST];

/* ---- what LeakSanitizer prints ---- */

static int digit(char c) {
  const char *digits = "0123456789abcdef", *found = c == '\0' ? NULL : strchr(digits, c);
  return found == NULL ? -1 : (int)(found - digits);
}

/* Its report lists the lost blocks, one in a line, as address and size. */
static void note_block(const char *line) {
  uintptr_t address = 0;
  if (line[0] != '0' || line[1] != 'x') {
    return;
  }
  for (line += 2; digit(*line) >= 0; line++) {
    address = address * 16 + (uintptr_t)digit(*line);
  }
  if (strncmp(line, " (", 2) != 0 || strstr(line, " bytes)") == NULL) {
    return;
  }
  lost_total++;
  if (n_lost < MAX_LOST) {
    lost[n_lost++] = address;
  }
}

/* The sanitizers call it with each text that they print, on any thread. */
__attribute__((visibility("default"))) void __sanitizer_on_print(const char *text);
void __sanitizer_on_print(const char *text) {
  if (__builtin_expect(listening, 0)) {
    note_block(text);
  }
}

/* ---- the check ---- */

bool ffh_leak_can_ask(void) {
  return __lsan_do_recoverable_leak_check != NULL;
}

ffh_leak_answer ffh_leak_end_input(int64_t live, bool always) {
  if (!ffh_leak_can_ask()) {
    return FFH_LEAK_NOT_ASKED;
  }
  if (!always) {
    if (live <= 0) {
      return FFH_LEAK_NOT_ASKED;
    }
    unbalanced_inputs++;
    if (unbalanced_inputs > ALWAYS_CHECKED && unbalanced_inputs % LATER_EVERY != 0) {
      return FFH_LEAK_NOT_ASKED;
    }
  }
  memset(lost, 0, n_lost * sizeof lost[0]); /* pointers here would keep the blocks reachable */
  lost_total = n_lost = 0;
  listening = true;
  bool found = __lsan_do_recoverable_leak_check() != 0;
  listening = false;
  return found ? FFH_LEAK_FOUND : FFH_LEAK_NONE;
}

ffh_leak_lost ffh_leak_blocks(void) {
  return (ffh_leak_lost){.addresses = lost, .n = n_lost, .total = lost_total};
}
