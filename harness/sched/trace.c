#include "sched/trace.h"

#include <sys/mman.h>

#include "base/assert.h"
#include "sched/events.h"

enum { SWITCH = FFH_SCHED_EVENT_CLIENT - 1, MAX_EVENTS = 1 << 22 };

_Static_assert(FFH_OP_COUNT < (int)SWITCH, "kinds of events are apart");

static uint64_t value;
static ffh_sched_event *events; /* NULL: they are not kept */
static uint32_t n_events;

/* Of the linker. */
extern const char __executable_start[] __attribute__((visibility("hidden")));
extern const char _etext[] __attribute__((visibility("hidden")));

uintptr_t ffh_trace_pc(uintptr_t pc) {
  uintptr_t low = (uintptr_t)__executable_start, high = (uintptr_t)_etext;
  return pc >= low && pc < high ? pc - low : 0;
}

/* The places that are instrumented, each with flags: of the library, so that every one is the same
 * distance from the others in each executable that links the library. Absent without coverage. */
typedef struct place {
  uintptr_t pc;
  uintptr_t is_entry;
} place;
extern const place __start___sancov_pcs[] __attribute__((weak, visibility("hidden")));
extern const place __stop___sancov_pcs[] __attribute__((weak, visibility("hidden")));

/* The first place, but not the entry of a function: where functions are wrapped, the linker names
 * the wrapper there, which is not the library's. */
static uintptr_t find_origin(void) {
  if (__start___sancov_pcs == NULL) {
    return (uintptr_t)__executable_start;
  }
  for (const place *at = __start___sancov_pcs; at < __stop___sancov_pcs; at++) {
    if ((at->is_entry & 1) == 0) {
      return at->pc;
    }
  }
  return __start___sancov_pcs->pc;
}

uintptr_t ffh_trace_place(uintptr_t pc) {
  static uintptr_t origin; /* written by whoever has the baton first */
  if (ffh_trace_pc(pc) == 0) {
    return 0;
  }
  if (origin == 0) {
    origin = find_origin();
  }
  return pc - origin;
}

/* The finaliser of SplitMix64 over a running sum: order counts. */
static void mix(uint64_t a, uint64_t b) {
  uint64_t z = value * UINT64_C(0x9e3779b97f4a7c15) + (a ^ b * UINT64_C(0xd6e8feb86659fd93));
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  value = z ^ (z >> 29);
}

static void add(unsigned kind, unsigned thread, uint32_t points, uint64_t detail) {
  mix((uint64_t)points << 32 | kind << 8 | thread, detail);
  if (events != NULL && n_events < MAX_EVENTS) {
    events[n_events++] = (ffh_sched_event){detail, points, (uint16_t)kind, (uint8_t)thread};
  }
}

void ffh_trace_begin(void) {
  value = 0;
  n_events = 0;
}

uint64_t ffh_trace_value(void) {
  return value;
}

void ffh_trace_op(const ffh_thread *self, uint32_t points) {
  add(self->op, self->index, points, ffh_trace_pc(self->pc));
}

void ffh_trace_switch(const ffh_thread *from, unsigned to, uint32_t points) {
  add(SWITCH, from->index, points, (uint64_t)to << 56 | ffh_trace_pc(from->pc));
}

void ffh_sched_trace(uint32_t kind, uint64_t detail) {
  const ffh_thread *self = ffh_self;
  add(FFH_SCHED_EVENT_CLIENT + kind, self == NULL ? 0 : self->index, ffh_sched_points(), detail);
}

/* ---- the events themselves ---- */

void ffh_sched_keep_events(void) {
  void *room = mmap(NULL, MAX_EVENTS * sizeof *events, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  FFH_ASSERT(room != MAP_FAILED);
  events = room;
}

uint32_t ffh_sched_events(const ffh_sched_event **kept) {
  *kept = events;
  return n_events;
}

const char *ffh_sched_event_name(const ffh_sched_event *event) {
  static const char *const names[] = {
#define FFH_OP(symbol, text, writes) text,
#include "sched/ops.def"
#undef FFH_OP
  };
  if (ffh_sched_event_is_switch(event)) {
    return "switch";
  }
  return event->kind < FFH_OP_COUNT ? names[event->kind] : "boundary";
}
