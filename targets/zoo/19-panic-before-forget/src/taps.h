/* Callbacks of a stream: which channel a sample is for. `context` is not used. */
#ifndef ZOO_TAPS_H
#define ZOO_TAPS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The first. */
uint32_t tap_first(void *context, uint64_t sample, uint32_t channels);
/* One after the other. */
uint32_t tap_each(void *context, uint64_t sample, uint32_t channels);
/* One after the other, and one more than there are. */
uint32_t tap_beyond(void *context, uint64_t sample, uint32_t channels);

#ifdef __cplusplus
}
#endif

#endif
