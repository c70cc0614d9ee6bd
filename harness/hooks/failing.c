#include "hooks/failing.h"

#include "base/stack.h"

__thread ffh_failing *ffh_failing_now __attribute__((tls_model("initial-exec")));

void ffh_failing_begin(ffh_failing *failing) {
  failing->failed = failing->made = 0;
  failing->n_frames = 0;
  ffh_failing_now = failing;
}

void ffh_failing_end(void) {
  ffh_failing_now = NULL;
}

bool ffh_failing_count(ffh_failing *failing) {
  if (failing->failed != 0 || ++failing->made != failing->wanted) {
    return false;
  }
  failing->failed = failing->wanted;
  uintptr_t frames[FFH_FAILING_FRAMES + 1]; /* the first is the wrapper's own */
  unsigned n = ffh_stack_mine(frames, FFH_FAILING_FRAMES + 1);
  failing->n_frames = n > 1 ? (uint8_t)(n - 1) : 0;
  for (unsigned i = 0; i < failing->n_frames; i++) {
    failing->frames[i] = frames[i + 1];
  }
  return true;
}
