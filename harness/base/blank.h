/* The indices of a slot and of a function that most have none of. Zero is an index: where one of
 * these is left out, the tables say something else. For initialisers. */
#ifndef FFH_BASE_BLANK_H
#define FFH_BASE_BLANK_H

#include "ffh/target.h"

#define FFH_SLOT_BLANK                                                                      \
  .partner = FFH_NONE, .partner2 = FFH_NONE, .until_slot = FFH_NONE, .parent_of = FFH_NONE, \
  .belongs_to = FFH_NONE, .needs = FFH_NONE, .becomes = FFH_NONE

#define FFH_FUNCTION_BLANK                                                                \
  .child_of = FFH_NONE, .dies_with = FFH_NONE, .inherits = FFH_NONE, .when_fn = FFH_NONE, \
  .shadow_fn = FFH_NONE, .last_error_fn = FFH_NONE, .plays = FFH_NONE

#endif
