/* Counters of one process, in a page that another process may map: how often each function was
 * called, succeeded, failed and refused. The layout is the interface to scripts/ffhlib/stats.py. */
#ifndef FFH_REPORT_STATS_H
#define FFH_REPORT_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "boundary/frame.h"

typedef struct ffh_stats_header {
  char magic[8]; /* "FFHSTAT1" */
  uint32_t n_functions;
  uint32_t record_size;
  uint64_t runs, calls, switches, skipped, findings;
  uint64_t failed_allocations; /* that plans had made to fail */
  uint64_t reserved[8];
} ffh_stats_header;

typedef struct ffh_stats_record {
  uint64_t calls, ok, failed, skipped, refused;
  uint32_t forms_sent, forms_refused; /* a bit for each ffh_form */
  uint64_t failure_mask;              /* bit i: status failures[i] was returned */
  uint64_t failed_allocations;        /* calls in which one was made to fail */
} ffh_stats_record;

_Static_assert(sizeof(ffh_stats_header) == 128, "read by scripts/ffhlib/stats.py");
_Static_assert(sizeof(ffh_stats_record) == 64, "read by scripts/ffhlib/stats.py");

/* Maps the page, from the file at `path` (made or extended) or, when path is NULL, from anonymous
 * memory. False when the file cannot be used; counters then go to anonymous memory. Once, before
 * the first input. */
bool ffh_stats_start(const ffh_target *target, const char *path);

/* NULL before ffh_stats_start. */
ffh_stats_header *ffh_stats(void);

/* Counts a call when it begins: one that never comes back was made all the same. */
void ffh_stats_enter(const ffh_frame *frame);

/* So many more calls of an inner function (FFH_LEGACY), which the harness never calls, were
 * checked. */
void ffh_stats_inner(uint16_t function, uint64_t more);

/* Counts what a finished or skipped call came to. */
void ffh_stats_call(const ffh_frame *frame);

#endif
