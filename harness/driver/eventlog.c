#include "driver/eventlog.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/out.h"
#include "plan/thread.h"
#include "sched/events.h"

static void line(const ffh_sched_event *event, ffh_out *out) {
  const uint64_t place = (UINT64_C(1) << 56) - 1;
  ffh_out_unsigned(out, event->points);
  ffh_out_str(out, " ");
  ffh_thread_print(out, event->thread);
  ffh_out_str(out, " ");
  ffh_out_str(out, ffh_sched_event_name(event));
  if (ffh_sched_event_is_switch(event)) {
    ffh_out_str(out, " to ");
    ffh_thread_print(out, ffh_sched_event_to(event));
  }
  ffh_out_str(out, " ");
  ffh_out_hex(out, event->detail & place);
  ffh_out_str(out, "\n");
}

bool ffh_eventlog_write(const char *path) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) {
    return false;
  }
  static char text[1 << 16];
  const ffh_sched_event *events;
  uint32_t n = ffh_sched_events(&events);
  ffh_out out = {text, 0, sizeof text, false};
  for (uint32_t i = 0; i < n; i++) {
    if (out.size > sizeof text - 256) {
      ffh_out_flush(&out, fd);
      out = (ffh_out){text, 0, sizeof text, false};
    }
    line(&events[i], &out);
  }
  ffh_out_flush(&out, fd);
  return close(fd) == 0;
}
