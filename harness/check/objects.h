/* The table of legacy objects: by address and type, see check/confine.h. */
#ifndef FFH_CHECK_OBJECTS_H
#define FFH_CHECK_OBJECTS_H

#include "check/confine.h"

/* NULL when nothing is known of such an object at the address. */
ffh_object *ffh_objects_find(ffh_confine *state, const void *address, uint16_t type);

/* A live object of another type at the address, NULL without one. */
ffh_object *ffh_objects_find_other(ffh_confine *state, const void *address, uint16_t type);

/* By generation, at the address that it had. */
ffh_object *ffh_objects_generation(ffh_confine *state, uint64_t generation);

/* A new object, in the place of what was known at the address. NULL when there is no room. */
ffh_object *ffh_objects_add(ffh_confine *state, const void *address, uint16_t type);

/* Drops all that are not live. */
void ffh_objects_prune(ffh_confine *state);

#endif
