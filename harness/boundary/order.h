/* What the contract orders, told to ThreadSanitizer: it does not see how the scheduler hands
 * threads over, so that two calls count as concurrent unless the caller has to order them.
 *
 * The caller has to create a handle before any use, to end it after every use, and to give a handle
 * that is not shared to one call at a time. A reference may be given back beside another one: what
 * that needs is the library's to order. One input comes after the other. Nothing else is ordered:
 * a race that is left is the library's.
 *
 * The harness itself is not seen: only between enter and leave is what a lane reads and writes
 * noted. Without ThreadSanitizer nothing here does anything. */
#ifndef FFH_BOUNDARY_ORDER_H
#define FFH_BOUNDARY_ORDER_H

#include "boundary/frame.h"

/* The main thread, before the first call of an input and after the last. */
void ffh_order_begin_input(void);
void ffh_order_end_input(void);

/* The lane, around all that it does for a call. */
void ffh_order_begin_call(void);
void ffh_order_end_call(void);

/* The lane, around the library's function. */
void ffh_order_enter(const ffh_frame *frame);
void ffh_order_leave(const ffh_frame *frame);

/* The call that now ends on this lane was what kept the handle alive. */
void ffh_order_dropped(uint16_t variable);

#endif
