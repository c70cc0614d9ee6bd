#include "hooks/race.h"

#include "base/assert.h"
#include "base/limits.h"
#include "base/tsan.h"

enum { MARKS = FFH_MAX_CALLS + FFH_MAX_HANDLES + 1, MAX_ACCESSES = 4, MAX_FRAMES = 256 };

/* Never run: a place for each call. It is code, so that a stack names it. */
#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)
__asm__(
    ".pushsection .text\n"
    ".type ffh_call_mark, %function\n"
    ".local ffh_call_mark\n"
    "ffh_call_mark:\n"
    ".skip " TEXT(FFH_MAX_CALLS) " + " TEXT(FFH_MAX_HANDLES) " + 1\n"
    ".size ffh_call_mark, . - ffh_call_mark\n"
    ".popsection\n");
extern const uint8_t ffh_call_mark[MARKS];

static ffh_race_access found[MAX_ACCESSES];
static unsigned n_found;

void ffh_race_enter(uint32_t call) {
  if (__tsan_func_entry != NULL) {
    FFH_ASSERT(call + 1 < MARKS);
    __tsan_func_entry((void *)(uintptr_t)&ffh_call_mark[call + 1]); /* a return address */
  }
}

void ffh_race_leave(void) {
  if (__tsan_func_exit != NULL) {
    __tsan_func_exit();
  }
}

static uint32_t call_of(void *const *trace) {
  for (unsigned i = 0; i < MAX_FRAMES && trace[i] != NULL; i++) {
    uintptr_t offset = (uintptr_t)trace[i] - (uintptr_t)ffh_call_mark;
    if (offset >= 1 && offset < MARKS) {
      return (uint32_t)offset - 1;
    }
  }
  return FFH_RACE_NO_CALL;
}

/* ThreadSanitizer calls it with each report that it has printed. The process ends then, by
 * callbacks that ThreadSanitizer runs under its own locks: what they allocate and free must not be
 * noted, which could take those locks again. */
__attribute__((visibility("default"))) void __tsan_on_report(void *report);
void __tsan_on_report(void *report) {
  const char *description = NULL;
  int count, stacks, accesses, locations, mutexes, threads, tids;
  void *trace[MAX_FRAMES] = {NULL};
  n_found = 0;
  ffh_tsan_ignore_begin();
  if (__tsan_get_report_data == NULL || __tsan_get_report_mop == NULL ||
      __tsan_get_report_data(report, &description, &count, &stacks, &accesses, &locations, &mutexes,
                             &threads, &tids, trace, 1) != 1) {
    return;
  }
  for (int i = 0; i < accesses && n_found < MAX_ACCESSES; i++) {
    int tid, size, write, atomic;
    void *address;
    for (unsigned frame = 0; frame < MAX_FRAMES; frame++) {
      trace[frame] = NULL;
    }
    if (__tsan_get_report_mop(report, (unsigned long)i, &tid, &address, &size, &write, &atomic,
                              trace, MAX_FRAMES) == 1) {
      found[n_found++] = (ffh_race_access){.call = call_of(trace),
                                           .size = (uint32_t)size,
                                           .write = write != 0,
                                           .atomic = atomic != 0};
    }
  }
}

unsigned ffh_race_accesses(const ffh_race_access **accesses) {
  *accesses = found;
  return n_found;
}
