/* What is said when confinement is broken. */
#ifndef FFH_CHECK_CONFINE_SAY_H
#define FFH_CHECK_CONFINE_SAY_H

#include "check/confine.h"

/* "engine_commit on lane B (plays no role): " and then what the caller adds with ffh_say_add;
 * `what` ("done") is the title of the stack. */
void ffh_say_begin(const ffh_confine *state, const ffh_inner_event *event, ffh_rule rule,
                   const char *what, ffh_verdict *verdict);
void ffh_say_add(ffh_verdict *verdict, const char *text);
/* "lane B", with the role that it plays, if any. */
void ffh_say_thread(const ffh_confine *state, ffh_verdict *verdict, ffh_actor thread);
/* The stack of a deed: "created by engine_open (contract line 12) on lane A". Nothing of a deed
 * that nobody saw. */
void ffh_say_deed(const ffh_confine *state, ffh_verdict *verdict, const char *what,
                  const ffh_deed *deed);

#endif
