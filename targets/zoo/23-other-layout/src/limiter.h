/* The library's own header. In version 2 the window is stated in seconds and the burst is a number
 * like the others; both changes kept the size of the struct, and nobody rebuilt the callers. */
#ifndef ZOO_LIMITER_OWN_H
#define ZOO_LIMITER_OWN_H

#include <stdint.h>

#define LIMITER_OK 0
#define LIMITER_BAD_INPUT 1

typedef struct limiter_options {
#ifdef ZOO_FIXED
  uint32_t calls;
  uint32_t window_ms;
  uint16_t burst;
#else
  uint16_t window_s; /* the planted bug: version 2, behind a caller of version 1 */
  uint16_t burst;
  uint32_t calls;
  uint32_t flags;
#endif
} limiter_options;

typedef struct limiter limiter;

limiter *limiter_create(const limiter_options *options);
void limiter_destroy(limiter *self);
uint8_t limiter_allows(limiter *self, uint64_t now_ms);
int32_t limiter_options_of(const limiter *self, limiter_options *options);

#endif
