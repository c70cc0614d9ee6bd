/* Splits text into lines.
 *
 * A splitter may move from thread to thread and serves one call at a time. The reader runs on the
 * caller's thread, inside of lines_feed, and may destroy the splitter: lines_feed then reads no
 * further. Nothing of the caller's memory is kept. */
#ifndef ZOO_LINES_H
#define ZOO_LINES_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#include "src/readers.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LINES_OK 0
#define LINES_BAD_INPUT 1
#define LINES_TOO_LONG 2

#define LINES_MAX_LINE 32

typedef struct lines lines FFH_HANDLE(FFH_SERIAL);

typedef void (*lines_reader)(void *context FFH_USERDATA, lines *self,
                             const char *line FFH_BYTES(length), size_t length);

/* NULL when the reader is NULL, or when memory runs out. */
FFH_CREATES FFH_ERROR_NULL FFH_REJECTS(null) lines *lines_create(
    lines_reader reader FFH_CALLBACK(caller, destroy(result)) FFH_USES(reader_looks, reader_ends)
        FFH_REENTERS(lines_destroy),
    void *context FFH_USERDATA);

void lines_destroy(lines *self FFH_CONSUMES FFH_NULLABLE);

/* Takes text; calls the reader for each line that ends in it. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
int32_t lines_feed(lines *self,
                   const char *text FFH_BYTES(length) FFH_MAX(64) FFH_DICT("\n", "q\n"),
                   size_t length);

#ifdef __cplusplus
}
#endif

#endif
