/* What happened in a run as the scheduler saw it, for whoever explains it. Data only. */
#ifndef FFH_SCHED_EVENTS_H
#define FFH_SCHED_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

/* Kinds below this are operations (ops.def) and one for a switch; from here on they are what the
 * client added, plus the client's own kind. */
#define FFH_SCHED_EVENT_CLIENT 64

typedef struct ffh_sched_event {
  uint64_t detail; /* place in the code; of a switch, in the top byte, who goes on */
  uint32_t points; /* passed when it happened */
  uint16_t kind;
  uint8_t thread; /* 0 to 63 a lane, then the library's threads */
} ffh_sched_event;

static inline bool ffh_sched_event_is_switch(const ffh_sched_event *event) {
  return event->kind == FFH_SCHED_EVENT_CLIENT - 1;
}

static inline uint8_t ffh_sched_event_to(const ffh_sched_event *event) {
  return (uint8_t)(event->detail >> 56);
}

/* From now on events are kept, a few million of each run. Main thread, before the first run. */
void ffh_sched_keep_events(void);

/* The present run's, oldest first; valid until the next begins. */
uint32_t ffh_sched_events(const ffh_sched_event **kept);

/* "lock", "switch", ... Never NULL. */
const char *ffh_sched_event_name(const ffh_sched_event *event);

/* ---- who waits for what, when nobody can go on ---- */

enum { FFH_WAIT_FRAMES = 32 };

typedef struct ffh_sched_wait {
  uint8_t thread; /* 0 to 63 a lane, then the library's threads */
  uint8_t parent; /* of a library's thread: who started it */
  bool blocked;
  const char *op, *what; /* "lock", "pthread_mutex_lock"; what is "" for a memory access */
  const void *object;
  int holder; /* the thread that holds the object, -1 for none or not known */
  uintptr_t frames[FFH_WAIT_FRAMES]; /* return addresses, innermost first; 0 ends them */
} ffh_sched_wait;

/* Every thread that is in a step, and every thread of the library. Returns how many of `room` were
 * written. The running thread. */
uint32_t ffh_sched_waits(ffh_sched_wait *waits, uint32_t room);

#endif
