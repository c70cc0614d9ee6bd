/* An immutable set of ranges of numbers.
 *
 * Every function that takes a `const spans *` only reads it: any number of threads may query one
 * set at the same time. Nothing of the caller's memory is kept. No exception leaves the library. */
#ifndef ZOO_SPANS_H
#define ZOO_SPANS_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SPANS_OK 0
#define SPANS_BAD_INPUT 1
#define SPANS_NOT_FOUND 2
#define SPANS_NO_MEMORY 3

#define SPANS_MAX 32

typedef struct spans spans FFH_HANDLE(FFH_SHARED);

/* Both ends belong to the range; one whose last is below its first is empty. */
typedef struct span {
  int32_t first FFH_DICT(0, 1, 10);
  int32_t last FFH_DICT(0, 9, 100);
} span;

/* NULL when an argument is bad or memory runs out. */
FFH_CREATES FFH_ERROR_NULL FFH_REJECTS(null, oversized) spans *spans_create(
    const span *items FFH_ARRAY(count) FFH_MAX(32), size_t count);

void spans_destroy(spans *self FFH_CONSUMES FFH_NULLABLE);

size_t spans_count(const spans *self);

/* The range with the lowest first number among those that hold this one. */
FFH_STATUS(0, 1, 2, 3)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t spans_find(const spans *self, int32_t number FFH_DICT(0, 5, 50),
                   span *found FFH_OUT_ON_SUCCESS);

/* How many ranges hold this number. */
FFH_STATUS(0, 1, 3)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t spans_overlap(const spans *self, int32_t number FFH_DICT(0, 5, 50),
                      size_t *count FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
