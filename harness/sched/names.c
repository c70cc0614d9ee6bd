#include "sched/names.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/out.h"
#include "base/syscall.h"
#include "sched/models.h"
#include "sched/real.h"

FFH_MODEL_FILE(names)

enum { LETTERS = 26, ROOM = 16 };

static long ask_kernel(int what, char *name) {
  return ffh_syscall(SYS_prctl, what, (long)(uintptr_t)name, 0, 0, 0, 0);
}

/* By libc's prctl, which the sanitizers see; what goes to the kernel itself they do not. */
void ffh_names_tell(unsigned thread) {
  char name[ROOM], before[ROOM] = "";
  bool is_lane = thread < FFH_MAX_LANES;
  ffh_out out = {name, 0, sizeof name, false};
  if (is_lane) {
    ffh_out_str(&out, "ffh-lane-");
    if (thread >= LETTERS) {
      ffh_out_char(&out, (char)('A' + thread / LETTERS - 1));
    }
    ffh_out_char(&out, (char)('A' + thread % LETTERS));
  } else {
    ffh_out_str(&out, "ffh-T");
    ffh_out_unsigned(&out, thread - FFH_MAX_LANES + 1);
    (void)ask_kernel(PR_GET_NAME, before);
  }
  prctl(PR_SET_NAME, (unsigned long)name, 0, 0, 0);
  if (!is_lane) {
    (void)ask_kernel(PR_SET_NAME, before);
  }
}

/* A name that the library gives itself is the kernel's, and whoever looks there sees it; in a
 * sanitizer's report it would stand in the place of ours. */
FFH_EXPORT int pthread_setname_np(pthread_t handle, const char *name) {
  if (ffh_controlled() == NULL || !pthread_equal(handle, pthread_self())) {
    return ffh_real()->pthread_setname_np(handle, name);
  }
  size_t size = strlen(name) + 1;
  if (size > ROOM) {
    return ERANGE;
  }
  char own[ROOM];
  memcpy(own, name, size);
  return (int)-ask_kernel(PR_SET_NAME, own);
}
