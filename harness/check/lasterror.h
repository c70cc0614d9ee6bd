/* The last error of a thread (FFH_LAST_ERROR), and errno (FFH_ERRNO).
 *
 * A call that failed has left an error that its thread can read, and that stays what it is until
 * the thread calls the library again, whatever other threads do meanwhile. One record for each lane
 * says what was read right after the failure; the caller of these functions asks again before the
 * lane's next call. Guarded by the scheduler's baton. */
#ifndef FFH_CHECK_LASTERROR_H
#define FFH_CHECK_LASTERROR_H

#include "boundary/event.h"
#include "boundary/frame.h"
#include "check/verdict.h"

enum { FFH_SAID_TEXT = 64 };

/* What a last-error function returned. */
typedef struct ffh_said {
  const ffh_function *by;
  bool present; /* a text that is not empty, a pointer, a number other than 0 (or than success) */
  bool is_text; /* of `size` bytes: `text` is its start, `digest` is of all of it */
  bool is_utf8; /* or need not be */
  uint32_t size;
  uint32_t digest;
  int64_t number;
  char text[FFH_SAID_TEXT];
} ffh_said;

typedef struct ffh_last_error {
  const ffh_function *function; /* of the call that failed */
  uint16_t call;
  uint8_t lane;
  uint32_t events; /* how many there were when it failed */
  ffh_said said;
} ffh_last_error;

/* What the calls of a run have done: all of them, in order. */
typedef struct ffh_past {
  const ffh_target *target;
  const ffh_event *events;
  uint32_t n_events;
} ffh_past;

/* Reads what `by` returned. */
void ffh_last_error_read(const ffh_function *by, ffh_word result, ffh_said *said);

/* The call has failed, and `said` was read right after it on the same thread. Fills the record, in
 * which it stays until the thread's next call. */
void ffh_last_error_failed(const ffh_frame *frame, const ffh_said *said, const ffh_past *past,
                           ffh_last_error *record, ffh_verdict *verdict);

/* Before the next call of that thread, `said` was read again. `others` are the records of all
 * `n_others` lanes: who has failed meanwhile with what. */
void ffh_last_error_again(const ffh_last_error *record, const ffh_said *said,
                          const ffh_last_error *others, unsigned n_others, const ffh_past *past,
                          ffh_verdict *verdict);

/* A call with FFH_ERRNO has failed, and errno was 0 before it. */
void ffh_errno_check(const ffh_frame *frame, ffh_verdict *verdict);

#endif
