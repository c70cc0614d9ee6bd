/* On which threads a legacy function calls the facade's callbacks (FFH_CALLBACK at the inner edge).
 */
#ifndef FFH_CHECK_CONFINE_BACK_H
#define FFH_CHECK_CONFINE_BACK_H

#include "check/confine.h"

/* A call begins, and may pass callbacks that end with it; it is over. */
void ffh_back_passed(ffh_confine *state, const ffh_inner_event *event);
void ffh_back_returned(ffh_confine *state, const ffh_inner_event *event);

/* A callback is called. */
void ffh_back_check(const ffh_confine *state, const ffh_inner_event *event, ffh_verdict *verdict);

#endif
