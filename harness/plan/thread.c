#include "plan/thread.h"

#include <stdint.h>

#include "base/out.h"

enum { LETTERS = 26 };

_Static_assert(FFH_MAX_LANES <= LETTERS * (LETTERS + 1), "two letters name every lane");
_Static_assert(FFH_MAX_THREADS <= UINT8_MAX + 1, "an ffh_thread_name is a byte");

void ffh_thread_print(ffh_out *out, unsigned thread) {
  if (!ffh_thread_is_lane(thread)) {
    ffh_out_char(out, 'T');
    ffh_out_unsigned(out, thread - FFH_MAX_LANES + 1);
    return;
  }
  if (thread >= LETTERS) {
    ffh_out_char(out, (char)('A' + thread / LETTERS - 1));
  }
  ffh_out_char(out, (char)('A' + thread % LETTERS));
}

static bool parse_library_thread(const char *digits, size_t size, unsigned *thread) {
  unsigned number = 0;
  for (size_t i = 0; i < size; i++) {
    if (digits[i] < '0' || digits[i] > '9' || (i == 0 && digits[i] == '0') ||
        number > FFH_MAX_ADOPTED) {
      return false;
    }
    number = number * 10 + (unsigned)(digits[i] - '0');
  }
  if (number == 0 || number > FFH_MAX_ADOPTED) {
    return false;
  }
  *thread = FFH_MAX_LANES + number - 1;
  return true;
}

bool ffh_thread_parse(const char *text, size_t size, unsigned *thread) {
  if (size > 1 && text[0] == 'T' && text[1] >= '0' && text[1] <= '9') {
    return parse_library_thread(text + 1, size - 1, thread);
  }
  unsigned lane = 0;
  for (size_t i = 0; i < size; i++) {
    if (i == 2 || text[i] < 'A' || text[i] > 'Z') {
      return false;
    }
    lane = lane * LETTERS + (unsigned)(text[i] - 'A') + 1;
  }
  if (lane == 0 || lane > FFH_MAX_LANES) {
    return false;
  }
  *thread = lane - 1;
  return true;
}
