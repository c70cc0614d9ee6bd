#include "hooks/failing.h"

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
  return true;
}
