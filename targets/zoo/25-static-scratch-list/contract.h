/* Splits lines of delimited text into columns.
 *
 * A `columns` holds the columns of the last line that it split. It may move from thread to thread
 * and serves one call at a time; different ones are independent of each other and may be used by
 * different threads at the same time. Nothing of the caller's memory is kept. */
#ifndef ZOO_COLUMNS_H
#define ZOO_COLUMNS_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define COLUMNS_OK 0
#define COLUMNS_BAD_INPUT 1
#define COLUMNS_NO_MEMORY 2
#define COLUMNS_NO_COLUMN 3

#define COLUMNS_MAX_LINE 64

typedef struct columns columns FFH_HANDLE(FFH_SERIAL);

/* Without columns at first. NULL when memory runs out. */
FFH_CREATES FFH_ERROR_NULL columns *columns_create(char separator FFH_DICT(44));

void columns_destroy(columns *self FFH_CONSUMES FFH_NULLABLE);

/* Replaces the columns by those of this line: one more than there are separators. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1, oversized : 1)
int32_t columns_split(columns *self,
                      const char *line FFH_BYTES(length) FFH_MAX(64) FFH_DICT("a,b,c", ","),
                      size_t length);

size_t columns_count(const columns *self);

/* Copies one column, without a NUL. A capacity that is too small is bad input. */
FFH_STATUS(0, 1, 3)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t columns_get(const columns *self, size_t index FFH_RANGE(0, 7),
                    char *text FFH_OUT_ON_SUCCESS FFH_CAPACITY(capacity) FFH_WRITTEN(written)
                        FFH_MAX(64),
                    size_t capacity, size_t *written FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
