#include "driver/record.h"

#include <string.h>
#include <unistd.h>

#include "base/out.h"
#include "driver/files.h"
#include "sched/sched.h"

static struct {
  const char *path;
  const ffh_plan *plan;
  ffh_plan *copy; /* a handler that dies cannot ask for memory */
} record;

void ffh_record_start(const char *path, const ffh_plan *plan) {
  record.path = path;
  record.plan = plan;
  record.copy = ffh_plan_new();
  ffh_sched_keep_choices();
}

static void tell(const ffh_sched_choices *made) {
  ffh_out out = {(char[128]){0}, 0, 128, false};
  ffh_out_str(&out, "recorded: switches: ");
  ffh_out_unsigned(&out, made->n);
  ffh_out_str(&out, " preemptions: ");
  ffh_out_unsigned(&out, made->preemptions);
  ffh_out_str(&out, made->complete && made->n <= FFH_MAX_SWITCHES ? "\n" : " too many\n");
  ffh_out_flush(&out, STDERR_FILENO);
}

void ffh_record_save(void) {
  if (record.path == NULL) {
    return;
  }
  ffh_sched_choices made = ffh_sched_choices_made();
  tell(&made);
  if (!made.complete || made.n > FFH_MAX_SWITCHES) {
    return;
  }
  *record.copy = *record.plan;
  ffh_schedule *schedule = &record.copy->schedule;
  schedule->policy = FFH_POLICY_FIXED;
  schedule->stickiness = schedule->depth = 0;
  schedule->length = 0;
  schedule->n_weights = 0;
  schedule->n_switches = (uint16_t)made.n;
  memcpy(schedule->switches, made.switches, made.n * sizeof *made.switches);
  static uint8_t bytes[FFH_MAX_INPUT];
  size_t size = ffh_plan_encode(record.copy, bytes, sizeof bytes);
  if (size == 0 || !ffh_file_write(record.path, bytes, size)) {
    ffh_complain("cannot write the record", record.path, ": is the disk full?");
  }
}
