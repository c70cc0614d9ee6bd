#include "report/waits.h"

#include <string.h>

#include "base/asan.h"
#include "plan/thread.h"

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

/* `text` is the function and the location with a tab between. */
static void frame(const char *text, ffh_out *out) {
  size_t size = strlen(text);
  const char *tab = memchr(text, '\t', size);
  size_t name = tab == NULL ? size : (size_t)(tab - text);
  ffh_out_str(out, "{\"function\": ");
  ffh_out_json(out, text, name);
  ffh_out_str(out, ", \"location\": ");
  ffh_out_json(out, tab == NULL ? "" : tab + 1, tab == NULL ? 0 : size - name - 1);
  ffh_out_str(out, "}");
}

/* A return address is as many frames as functions are inlined there. */
static void frames(uintptr_t pc, bool symbolize, ffh_out *out) {
  char lines[4096] = ""; /* each ends with NUL, and all after the last one are NUL */
  if (symbolize && __sanitizer_symbolize_pc != NULL) {
    __sanitizer_symbolize_pc((void *)pc, "%f\t%L", lines, sizeof lines - 1);
  }
  if (lines[0] == '\0') {
    ffh_out hex = {lines, 0, sizeof lines - 2, false};
    ffh_out_hex(&hex, pc);
  }
  for (const char *line = lines; *line != '\0'; line += strlen(line) + 1) {
    ffh_out_str(out, line == lines ? "" : ", ");
    frame(line, out);
  }
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
  ffh_out_str(out, ", \"stack\": [");
  for (unsigned f = 0; f < FFH_WAIT_FRAMES && wait->frames[f] != 0; f++) {
    ffh_out_str(out, f == 0 ? "" : ", ");
    frames(wait->frames[f], symbolize, out);
  }
  ffh_out_str(out, "]}");
}

void ffh_report_waits(const ffh_sched_wait *waits, uint32_t n, bool symbolize, ffh_out *out) {
  ffh_out_str(out, "\"waits\": [");
  for (uint32_t i = 0; i < n; i++) {
    ffh_out_str(out, i == 0 ? "" : ", ");
    one(waits, n, i, symbolize, out);
  }
  ffh_out_str(out, "]");
}
