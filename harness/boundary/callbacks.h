/* The user data that callbacks get back. */
#ifndef FFH_BOUNDARY_CALLBACKS_H
#define FFH_BOUNDARY_CALLBACKS_H

#include "boundary/frame.h"

/* A pointer that is the call's own for the whole input, for a parameter marked FFH_USERDATA. */
void *ffh_callbacks_cookie(const ffh_frame *frame);

/* How many callbacks have run in this process. */
uint64_t ffh_callbacks_count(void);

#endif
