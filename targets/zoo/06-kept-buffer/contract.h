/* Counts words, which are separated by any of a set of marks.
 *
 * A counter may move from thread to thread and serves one call at a time. Nothing of the caller's
 * memory is kept. */
#ifndef ZOO_COUNTER_H
#define ZOO_COUNTER_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define COUNTER_OK 0
#define COUNTER_BAD_INPUT 1
#define COUNTER_NO_MEMORY 2

#define COUNTER_MAX_MARKS 8
#define COUNTER_MAX_TEXT 64

typedef struct counter counter FFH_HANDLE(FFH_SERIAL);

/* The space is its only mark at first. NULL when memory runs out. */
FFH_CREATES FFH_ERROR_NULL counter *counter_create(void);

void counter_destroy(counter *self FFH_CONSUMES FFH_NULLABLE);

/* Replaces the marks. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1, oversized : 1)
int32_t counter_set_marks(counter *self, const char *marks FFH_BYTES(length) FFH_MAX(8),
                          size_t length);

/* How many words there are between the marks. */
FFH_STATUS(0, 1)
FFH_REJECTS(null : 1, oversized : 1)
FFH_ON_ERROR(untouched)
int32_t counter_words(const counter *self, const char *text FFH_BYTES(length) FFH_MAX(64),
                      size_t length, size_t *words FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
