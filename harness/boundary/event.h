/* What has happened in a run, in order: one event for each call that was taken or skipped. */
#ifndef FFH_BOUNDARY_EVENT_H
#define FFH_BOUNDARY_EVENT_H

#include <stdint.h>

typedef struct ffh_event {
  uint16_t call; /* index in the plan; n_calls and up for teardown calls */
  uint16_t function;
  uint8_t lane;
  uint8_t outcome;            /* ffh_outcome */
  uint16_t failed_allocation; /* of the call, that was made to fail; 0 for none */
  int64_t status;
  uint16_t variable; /* of a teardown call: what it ends; FFH_NO_VARIABLE else */
  uint16_t parent;   /* and the parent that it hands over, or FFH_NO_VARIABLE */
} ffh_event;

#endif
