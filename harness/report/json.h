/* A finding as one JSON object. */
#ifndef FFH_REPORT_JSON_H
#define FFH_REPORT_JSON_H

#include <stdint.h>

#include "base/out.h"
#include "boundary/arena.h"
#include "boundary/event.h"
#include "boundary/frame.h"
#include "check/verdict.h"
#include "hooks/race.h"
#include "sched/events.h"

typedef struct ffh_finding {
  const ffh_plan *plan;
  const ffh_verdict *verdict; /* rule FFH_RULE_NONE: the sanitizer's report says which rule it is */
  const ffh_frame *frame;     /* the call it is about, NULL when none was running */
  const ffh_region *region;   /* the argument it is about, NULL for none */
  const ffh_frame *lanes;     /* FFH_MAX_LANES frames; those with FFH_OUTCOME_DIED are in flight */
  const ffh_event *events;    /* oldest first */
  uint32_t n_events;
  uint64_t trace;
  const ffh_sched_wait *waits; /* threads that were in the library, and what each was about to do */
  uint32_t n_waits;
  const ffh_race_access *accesses; /* that race, the last one first */
  unsigned n_accesses;
  bool symbolize;             /* name the places in their stacks; not in a signal handler */
  const char *not_controlled; /* why a replay may differ, NULL: it may not */
  const char *phase;          /* "call", "teardown", "leak check", "between calls" */
  const char *thread;         /* "lane A" or "a thread of the library" */
} ffh_finding;

/* The handle that a teardown call ends, and the parent that it hands over; each is left alone where
 * there is none. */
void ffh_report_teardown(const ffh_frame *frame, uint16_t *variable, uint16_t *parent);

/* Async-signal-safe. `scratch` is room for the plan's text. */
void ffh_report_json(const ffh_finding *finding, char *scratch, size_t scratch_size, ffh_out *out);

#endif
