/* What a schedule of the policy `fixed` has to say to repeat the present run: a switch for every
 * choice that `fixed` would have made otherwise. Guarded by the baton. */
#ifndef FFH_SCHED_CHOICES_H
#define FFH_SCHED_CHOICES_H

#include <stdint.h>

#include "sched/set.h"

/* Who goes on under `fixed`: `current`, or where it is to avoid a thread (else FFH_SET_SIZE), one
 * behind that. */
unsigned ffh_fixed_choice(const ffh_set *enabled, unsigned current, unsigned avoided);

/* The next run begins. */
void ffh_choices_begin(void);

/* Whoever goes on next is chosen anew. */
void ffh_choices_asked(void);

/* The running thread gets nowhere and asks at its next point. */
void ffh_choices_yielded(unsigned thread);

/* After `points` points `next` goes on. `current` ran last, and may not be among those who can. */
void ffh_choices_made(const ffh_set *enabled, unsigned current, unsigned next, uint32_t points);

#endif
