/* Objects that lie in the caller's storage (FFH_PLACED), and those of them that the caller may move
 * (FFH_RELOCATABLE). */
#ifndef FFH_BOUNDARY_PLACE_H
#define FFH_BOUNDARY_PLACE_H

#include "boundary/frame.h"

/* Moves what the admitted call is about to use to fresh memory, where it may be moved: nothing uses
 * it, and no other object may know where it lies. Calls `moved` for each, with where it was. */
void ffh_place_move(const ffh_frame *frame, void (*moved)(const void *from, size_t size));

#endif
