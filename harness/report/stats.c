#include "report/stats.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.h"

static ffh_stats_header *header;
static ffh_stats_record *records;

static void *map_file(const char *path, size_t size) {
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    return NULL;
  }
  void *at = ftruncate(fd, (off_t)size) == 0
                 ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
                 : MAP_FAILED;
  close(fd);
  return at == MAP_FAILED ? NULL : at;
}

bool ffh_stats_start(const ffh_target *target, const char *path) {
  size_t size = sizeof(ffh_stats_header) + target->n_functions * sizeof(ffh_stats_record);
  void *at = path == NULL ? NULL : map_file(path, size);
  bool used_file = at != NULL;
  if (at == NULL) {
    at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    FFH_ASSERT(at != MAP_FAILED);
  }
  header = at;
  records = (ffh_stats_record *)(header + 1);
  header->n_functions = target->n_functions;
  header->record_size = sizeof(ffh_stats_record);
  /* Last: a reader that sees the magic sees the rest. */
  memcpy(header->magic, "FFHSTAT1", sizeof header->magic);
  return path == NULL || used_file;
}

ffh_stats_header *ffh_stats(void) {
  return header;
}

static void count_failure(const ffh_frame *frame, ffh_stats_record *record) {
  const ffh_function *function = frame->function;
  record->failed++;
  for (uint16_t i = 0; i < function->n_failures && i < 64; i++) {
    if (function->failures[i] == frame->status) {
      record->failure_mask |= UINT64_C(1) << i;
    }
  }
}

static ffh_stats_record *record_of(const ffh_frame *frame) {
  return &records[frame->function - frame->plan->target->functions];
}

void ffh_stats_enter(const ffh_frame *frame) {
  record_of(frame)->calls++;
  header->calls++;
}

void ffh_stats_inner(uint16_t function, uint64_t more) {
  records[function].calls += more;
}

void ffh_stats_call(const ffh_frame *frame) {
  ffh_stats_record *record = record_of(frame);
  if (frame->outcome == FFH_OUTCOME_SKIPPED) {
    record->skipped++;
    header->skipped++;
    return;
  }
  if (frame->failing.failed != 0) {
    record->failed_allocations++;
    header->failed_allocations++;
  }
  bool failed = frame->outcome == FFH_OUTCOME_FAILED;
  if (ffh_frame_is_malformed(frame)) {
    uint32_t bit = 1u << frame->call->malformed;
    record->forms_sent |= bit;
    /* A function that cannot say no has refused when it came back. */
    if (failed || frame->function->error_kind == FFH_ERROR_NONE) {
      record->refused++;
      record->forms_refused |= bit;
    }
  }
  if (failed) {
    count_failure(frame, record);
  } else {
    record->ok++;
  }
}
