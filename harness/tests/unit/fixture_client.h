/* Parts of scheduler clients that several tests have. */
#ifndef FFH_FIXTURE_CLIENT_H
#define FFH_FIXTURE_CLIENT_H

#include "base/limits.h"
#include "sched/sched.h"

/* Fails the test. */
void ffh_client_fault(void *context, ffh_sched_fault fault, const char *what, const void *object);
/* No lane has a step to take: what runs is given by ffh_sched_on_lane. A fault fails the test. */
extern const ffh_sched_client ffh_client_idle;
/* The lanes that have steps left, as ffh_sched_client.enabled gives them. */
uint64_t ffh_client_lanes(const unsigned left[FFH_MAX_LANES]);

#endif
