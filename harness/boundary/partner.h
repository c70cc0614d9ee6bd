/* The partners of handles: what the shadows of their creating functions made (FFH_SHADOW).
 *
 * A call with a shadow is made twice, the second time with the partners. As long as such calls do
 * not overlap, both come in the same order. Where two of them overlap and one may write, the order
 * of the shadows may be the other one: then results tell nothing any more, and the handles are
 * `unordered` from then on. A child counts as its parent. Guarded by the scheduler's baton. */
#ifndef FFH_BOUNDARY_PARTNER_H
#define FFH_BOUNDARY_PARTNER_H

#include "boundary/frame.h"

/* When an input begins. */
void ffh_partner_reset(void);

/* Whether the call has a shadow to be compared with. Not so malformed calls: what a library does
 * about them is its own. */
bool ffh_partner_has_shadow(const ffh_frame *frame);

/* A call with a shadow begins, and ends: around the call and its shadow's. */
void ffh_partner_enter(const ffh_frame *frame);
void ffh_partner_leave(const ffh_frame *frame);

/* The arguments were built as for the call: puts partners in the place of handles. False when one
 * is missing. A handle that no shadow could make stays what it is. */
bool ffh_partner_arguments(ffh_frame *shadow);

/* The call met what its shadow will not: from now on their results may differ. */
void ffh_partner_lose_order(const ffh_frame *frame);

/* Whether the call and its shadow saw the same order of calls. */
bool ffh_partner_is_ordered(const ffh_frame *frame);

/* Notes what the shadow made, once the handles of the call are born. `shadow` may be NULL: it was
 * not called. */
void ffh_partner_born(const ffh_frame *frame, const ffh_frame *shadow);

#endif
