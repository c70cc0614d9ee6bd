/* Numbers as text.
 *
 * Every function may be called by any thread at any time. A text belongs to the caller, who ends it
 * with numeral_free. No exception leaves the library. */
#ifndef ZOO_NUMERAL_H
#define ZOO_NUMERAL_H

#include <ffh/contract.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NUMERAL_ROMAN_MAX 3999

/* NULL when memory runs out. */
FFH_RETURNS_OWNED(numeral_free) FFH_ERROR_NULL FFH_UTF8 char *numeral_decimal(uint32_t number);

/* NULL for zero, for numbers above 3999, and when memory runs out. */
FFH_RETURNS_OWNED(numeral_free)
FFH_ERROR_NULL FFH_UTF8 char *numeral_roman(uint32_t number FFH_RANGE(0, 4000));

void numeral_free(char *text FFH_CONSUMES FFH_NULLABLE);

#ifdef __cplusplus
}
#endif

#endif
