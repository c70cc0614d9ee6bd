/* The side of the boundary that a thread begins on. */
#ifndef FFH_SCHED_SIDES_H
#define FFH_SCHED_SIDES_H

#include <pthread.h>

/* pthread_create for a thread that is not under control: it begins on the side of the calling code.
 * Any thread; allocates nothing itself. */
int ffh_sides_create(pthread_t *handle, const pthread_attr_t *attributes, void *(*entry)(void *),
                     void *argument);

#endif
