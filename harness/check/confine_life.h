/* What calls at the inner edge do to objects and roles, whether they may or not. */
#ifndef FFH_CHECK_CONFINE_LIFE_H
#define FFH_CHECK_CONFINE_LIFE_H

#include "check/confine.h"

/* Who the event is by, for a report that comes later. */
ffh_deed ffh_life_deed(const ffh_inner_event *event);
void ffh_life_take_role(ffh_confine *state, ffh_role *role, const ffh_inner_event *event);

/* The handle in a parameter; of an output, what it holds now. */
const void *ffh_life_pointer(const ffh_inner_event *event, uint16_t slot);
/* Whether uses are kept that another thread's call may collide with. */
bool ffh_life_counts_uses(const ffh_confine *state, uint16_t type);
/* Whether a call with the object in the slot ends it. */
bool ffh_life_ends(const ffh_slot *slot, const ffh_object *object);

/* A call has the object at `address` in the slot. */
void ffh_life_enter(ffh_confine *state, const ffh_inner_event *event, const ffh_slot *slot,
                    const void *address);
/* A call is over: objects begin and end, and change hands. */
void ffh_life_leave(ffh_confine *state, const ffh_inner_event *event);

#endif
