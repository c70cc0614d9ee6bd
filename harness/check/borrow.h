/* The borrow checker: memory that the library has returned stays as it is for as long as the
 * contract says.
 *
 * It remembers where a view (FFH_RETURNS_BORROWED, FFH_RETURNS_STATIC) or owned memory
 * (FFH_RETURNS_OWNED) lies and a digest of what it held, looks again after every call, and once
 * more before a call that may end it. Memory that has been freed is told by the sanitizer's shadow;
 * the content is compared where the library has returned it as const text or bytes, or where the
 * caller owns it.
 *
 * A function of its state and the calls; it reads the handle table and the returned memory, and
 * allocates nothing. Under the scheduler's baton. */
#ifndef FFH_CHECK_BORROW_H
#define FFH_CHECK_BORROW_H

#include "boundary/frame.h"
#include "check/verdict.h"

/* What is not remembered is not looked at: bounds on what each call costs. The same in every run,
 * so that a replay sees what the run saw. */
enum { FFH_BORROW_VIEWS = 128, FFH_BORROW_BYTES = 1 << 16 };

typedef struct ffh_view {
  const uint8_t *at;
  const ffh_slot *slot; /* as which it was returned */
  const ffh_function *function;
  uint32_t size; /* bytes, with the NUL of a text */
  uint32_t digest;
  uint16_t call;
  uint16_t variable; /* the handle it is borrowed from, or the owned memory; FFH_NO_VARIABLE */
  uint8_t lane;
  bool compared;
} ffh_view;

typedef struct ffh_borrow {
  ffh_view views[FFH_BORROW_VIEWS];
  uint16_t n_views;
  uint32_t bytes; /* of all views */
  uint64_t in_flight;
  uint64_t overlapped; /* lanes whose call may return a view that another call has ended already */
  const ffh_frame *frames[FFH_MAX_LANES];
} ffh_borrow;

/* Before an input. */
void ffh_borrow_begin(ffh_borrow *borrow);

/* The function's predicate (FFH_WHEN) is about to be called with the frame's handle. */
void ffh_borrow_ask(ffh_borrow *borrow, const ffh_frame *frame, ffh_verdict *verdict);

/* What lay there has been moved, and views into it are no longer valid. */
void ffh_borrow_moved(ffh_borrow *borrow, const void *from, size_t size);

/* The call is about to run, and its handles are marked so. The frame stays as it is until
 * ffh_borrow_leave. */
void ffh_borrow_enter(ffh_borrow *borrow, const ffh_frame *frame, ffh_verdict *verdict);

/* The two without any view being looked at: the frame's memory is read after the second one, which
 * returns whether a call of another lane may have ended the frame's views meanwhile. May come
 * before ffh_borrow_leave too. */
void ffh_borrow_fly(ffh_borrow *borrow, const ffh_frame *frame);
bool ffh_borrow_land(ffh_borrow *borrow, const ffh_frame *frame);

/* The call has come back, and the handle table is as it was before. */
void ffh_borrow_leave(ffh_borrow *borrow, const ffh_frame *frame, ffh_verdict *verdict);

#endif
