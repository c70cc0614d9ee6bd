/* Adds up texts like "1+20+3".
 *
 * A `calculator` may be used from any thread at any time; sums that are asked for at the same time
 * are worked off one after the other by one of the threads that ask. Nothing of the caller's memory
 * is kept. */
#ifndef ZOO_CALCULATOR_H
#define ZOO_CALCULATOR_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CALCULATOR_OK 0
#define CALCULATOR_BAD_INPUT 1

#define CALCULATOR_MAX_TEXT 32

typedef struct calculator calculator FFH_HANDLE(FFH_SHARED);

/* NULL when memory runs out. */
FFH_CREATES FFH_ERROR_NULL calculator *calculator_create(void);

void calculator_destroy(calculator *self FFH_CONSUMES FFH_NULLABLE);

/* Why the last sum that the calling thread asked for was refused; empty before the first. Valid
 * until the thread asks for another one. */
FFH_RETURNS_STATIC FFH_UTF8 const char *calculator_last_error(void);

/* Numbers of at most four digits, with a plus between any two. */
FFH_STATUS(0, 1)
FFH_LAST_ERROR(calculator_last_error)
int32_t calculator_sum(calculator *self,
                       const char *text FFH_BYTES(length) FFH_MAX(32) FFH_DICT("1+20", "7", "1+x"),
                       size_t length, int64_t *sum FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
