/* Places and their names. The text of a name is the caller's, who frees it with free() like any
 * other text.
 *
 * A place may be used by any thread at the same time; it never changes. */
#ifndef ZOO_PLACE_H
#define ZOO_PLACE_H

#include <ffh/contract.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct place place FFH_HANDLE(FFH_SHARED);

FFH_CREATES FFH_ERROR_NULL place *place_create(uint32_t row FFH_RANGE(0, 99),
                                               uint32_t column FFH_RANGE(0, 25));

void place_destroy(place *self FFH_CONSUMES FFH_NULLABLE);

/* "C7" for row 7 of the third column. NULL when there is no memory. */
FFH_RETURNS_OWNED(free) FFH_UTF8 FFH_ERROR_NULL char *place_name(const place *self);

void free(void *memory FFH_CONSUMES FFH_NULLABLE);

#ifdef __cplusplus
}
#endif

#endif
