/* Tables with typed columns.
 *
 * A table may move from thread to thread and serves one call at a time. Nothing of the caller's
 * memory is kept. No exception leaves the library. */
#ifndef ZOO_TABLE_H
#define ZOO_TABLE_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TABLE_OK 0
#define TABLE_BAD_INPUT 1
#define TABLE_BAD_LAYOUT 2
#define TABLE_NO_MEMORY 3

#define TABLE_MAX_LAYOUT 16

typedef struct table table FFH_HANDLE(FFH_SERIAL);

/* Opens a table with one column for each letter of the layout: 'i' of 4 bytes, 'l' of 8. Any other
 * letter is a bad layout. There is no table, and *opened is NULL, unless the call succeeds. */
FFH_STATUS(0, 1, 2, 3)
FFH_REJECTS(null : 1, oversized : 1)
FFH_ON_ERROR(zeroed)
int32_t table_open(const char *layout FFH_BYTES(length) FFH_MAX(16) FFH_DICT("i", "l", "il"),
                   size_t length, table **opened FFH_CREATES);

void table_close(table *self FFH_CONSUMES FFH_NULLABLE);

size_t table_columns(const table *self);

/* How many bytes a row takes. */
size_t table_width(const table *self);

#ifdef __cplusplus
}
#endif

#endif
