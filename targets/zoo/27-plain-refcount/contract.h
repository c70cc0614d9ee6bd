/* Immutable text values, shared by counting references.
 *
 * A value starts with one reference. Every thread that has one may call any function, also at the
 * same time as others; the value ends with its last reference. Nothing of the caller's memory is
 * kept. */
#ifndef ZOO_VALUE_H
#define ZOO_VALUE_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VALUE_OK 0
#define VALUE_BAD_INPUT 1

#define VALUE_MAX_TEXT 32

typedef struct value value FFH_HANDLE(FFH_SHARED);

/* NULL when an argument is bad or memory runs out. */
FFH_CREATES FFH_ERROR_NULL FFH_REJECTS(null, oversized) value *value_create(
    const char *text FFH_BYTES(length) FFH_MAX(32), size_t length);

FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
int32_t value_retain(value *self FFH_RETAINS);

void value_release(value *self FFH_RELEASES FFH_NULLABLE);

size_t value_length(const value *self);

/* 1 when both hold the same text, else 0. */
FFH_BOOL int32_t value_equals(const value *a, const value *b);

/* Copies the text, without a NUL. A capacity that is too small is bad input. */
FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t value_copy(const value *self,
                   char *text FFH_OUT_ON_SUCCESS FFH_CAPACITY(capacity) FFH_WRITTEN(written)
                       FFH_MAX(32),
                   size_t capacity, size_t *written FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
