/* Version 1 of a rate limiter's header: what the application was compiled with.
 *
 * A `limiter` may be used from any thread, one call at a time. Nothing of the caller's memory is
 * kept. */
#ifndef ZOO_LIMITER_H
#define ZOO_LIMITER_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LIMITER_OK 0
#define LIMITER_BAD_INPUT 1

typedef struct limiter_options {
  uint32_t calls FFH_RANGE(1, 1000); /* that a window lets through */
  uint32_t window_ms FFH_RANGE(1, 60000);
  uint16_t burst FFH_RANGE(0, 100); /* more calls, once */
} limiter_options;

typedef struct limiter limiter FFH_HANDLE(FFH_SERIAL);

/* NULL for options out of range, or when memory runs out. */
FFH_CREATES FFH_ERROR_NULL limiter *limiter_create(const limiter_options *options);

void limiter_destroy(limiter *self FFH_CONSUMES FFH_NULLABLE);

/* Whether a call at that time, in milliseconds, goes through. */
FFH_BOOL uint8_t limiter_allows(limiter *self, uint64_t now_ms);

/* The options in use. */
FFH_STATUS(0, 1)
int32_t limiter_options_of(const limiter *self, limiter_options *options FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
