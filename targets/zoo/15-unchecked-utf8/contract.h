/* A property: bytes as they came from elsewhere, and as text for whoever wants to show them.
 *
 * A property may be used by any thread at the same time; it never changes. */
#ifndef ZOO_PROPERTY_H
#define ZOO_PROPERTY_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct property property FFH_HANDLE(FFH_SHARED);

/* A copy of the bytes. NULL when `bytes` is NULL. */
FFH_CREATES FFH_ERROR_NULL FFH_REJECTS(null) property *property_create(
    const uint8_t *bytes FFH_BYTES(length) FFH_MAX(64), size_t length);

void property_destroy(property *self FFH_CONSUMES FFH_NULLABLE);

/* The bytes up to the first NUL as UTF-8, with U+FFFD in the place of what is not. NULL when `self`
 * is NULL. */
FFH_RETURNS_OWNED(property_text_free)
FFH_UTF8 FFH_ERROR_NULL FFH_REJECTS(null) char *property_text(const property *self);

void property_text_free(char *text FFH_CONSUMES FFH_NULLABLE);

#ifdef __cplusplus
}
#endif

#endif
