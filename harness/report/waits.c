#include "report/waits.h"

#include <string.h>

#include "plan/thread.h"
#include "report/stack.h"

static void text(ffh_out *out, const char *name, const char *value) {
  ffh_out_str(out, ", \"");
  ffh_out_str(out, name);
  ffh_out_str(out, "\": ");
  ffh_out_json(out, value, strlen(value));
}

static void thread(ffh_out *out, const char *name, unsigned which) {
  ffh_out_str(out, "\"");
  ffh_out_str(out, name);
  ffh_out_str(out, "\": \"");
  ffh_thread_print(out, which);
  ffh_out_str(out, "\"");
}

/* Objects are numbered in the order in which they come up: addresses differ from run to run. */
static unsigned number_of(const ffh_sched_wait *waits, uint32_t n, const void *object) {
  unsigned number = 1;
  for (uint32_t i = 0; i < n; i++) {
    bool earlier = false;
    for (uint32_t j = 0; j < i; j++) {
      earlier = earlier || waits[j].object == waits[i].object;
    }
    if (waits[i].object == object) {
      break;
    }
    number += !earlier && waits[i].object != NULL;
  }
  return number;
}

static void one(const ffh_sched_wait *waits, uint32_t n, uint32_t i, bool symbolize, ffh_out *out) {
  const ffh_sched_wait *wait = &waits[i];
  ffh_out_str(out, "{");
  thread(out, "thread", wait->thread);
  if (wait->thread >= FFH_MAX_LANES) {
    ffh_out_str(out, ", ");
    thread(out, "started_by", wait->parent);
  }
  ffh_out_str(out, ", \"blocked\": ");
  ffh_out_str(out, wait->blocked ? "true" : "false");
  text(out, "op", wait->op);
  text(out, "in", wait->what);
  if (wait->object != NULL) {
    ffh_out_str(out, ", \"object\": ");
    ffh_out_unsigned(out, number_of(waits, n, wait->object));
  }
  if (wait->holder >= 0) {
    ffh_out_str(out, ", ");
    thread(out, "held_by", (unsigned)wait->holder);
  }
  ffh_out_str(out, ", ");
  ffh_report_stack(wait->frames, FFH_WAIT_FRAMES, symbolize, out);
  ffh_out_str(out, "}");
}

void ffh_report_waits(const ffh_sched_wait *waits, uint32_t n, bool symbolize, ffh_out *out) {
  ffh_out_str(out, "\"waits\": [");
  for (uint32_t i = 0; i < n; i++) {
    ffh_out_str(out, i == 0 ? "" : ", ");
    one(waits, n, i, symbolize, out);
  }
  ffh_out_str(out, "]");
}
