/* A sum that a thread of the library keeps.
 *
 * A tally may be used by any thread at the same time. Its thread ends with it: once tally_destroy
 * has returned, none of the library's code runs any more. No exception leaves the library. */
#ifndef ZOO_TALLY_H
#define ZOO_TALLY_H

#include <ffh/contract.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TALLY_OK 0
#define TALLY_BAD_INPUT 1
#define TALLY_NO_MEMORY 2

typedef struct tally tally FFH_HANDLE(FFH_SHARED);

/* NULL when memory or threads run out. */
FFH_CREATES FFH_ERROR_NULL tally *tally_create(void);

/* Numbers that are not in the sum by then are dropped. */
void tally_destroy(tally *self FFH_CONSUMES FFH_NULLABLE);

/* Adds a number; does not wait for it. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
int32_t tally_post(tally *self, int32_t number);

/* Waits until every number that was posted is in the sum. */
FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t tally_sum(tally *self, int64_t *sum FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
