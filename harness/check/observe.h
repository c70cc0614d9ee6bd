/* Refused calls have no effect (FFH_REJECTS): functions that only look at a handle (FFH_OBSERVES)
 * say the same of it after the refusal as before it, and no callback of the refused call has run.
 *
 * A function of what was seen; it keeps no pointer into the library and may run on any lane. */
#ifndef FFH_CHECK_OBSERVE_H
#define FFH_CHECK_OBSERVE_H

#include "boundary/frame.h"
#include "check/verdict.h"

/* What is beyond is not looked at. The same in every run. */
enum { FFH_SEEN_VALUES = 12, FFH_SEEN_TEXT = 24 };

/* One output of an observer: a number, or memory that stays the library's. */
typedef struct ffh_seen_value {
  uint16_t slot;
  bool present;    /* memory: it is there */
  uint32_t size;   /* of memory, which `text` begins; 0 for a number */
  uint32_t digest; /* of memory */
  uint64_t bits;   /* of a number, as it is told */
  char text[FFH_SEEN_TEXT];
} ffh_seen_value;

/* What an observer has said of a handle. */
typedef struct ffh_seen {
  const ffh_function *by;
  uint16_t variable;
  ffh_outcome outcome;
  uint16_t n;
  ffh_seen_value values[FFH_SEEN_VALUES];
} ffh_seen;

/* A callback that ran while the call was in the library, with the stack of it. */
typedef struct ffh_seen_callback {
  const ffh_edge *edge; /* NULL: none ran */
  uint8_t n_frames;
  uintptr_t frames[FFH_EVIDENCE_FRAMES];
} ffh_seen_callback;

/* The slot of the one handle that the observer takes. */
uint16_t ffh_observe_slot(const ffh_function *observer);

/* Notes what the observer, which has come back, said of its handle. */
void ffh_observe_read(const ffh_frame *asked, ffh_seen *seen);

/* Both were said of the same handle by the same observer, before and after the refused call. */
void ffh_observe_check(const ffh_seen *before, const ffh_seen *after, ffh_verdict *verdict);

/* Whether that callback is the call's alone, so that nothing but the call runs it. */
bool ffh_observe_is_own(const ffh_frame *frame, const ffh_edge *edge, const void *own,
                        const void *cookie);

/* The call was refused, and has run that callback. */
void ffh_observe_called_back(const ffh_frame *frame, const ffh_seen_callback *callback,
                             ffh_verdict *verdict);

#endif
