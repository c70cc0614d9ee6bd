/* A list of names that are looked up by their place.
 *
 * A list may move from thread to thread and serves one call at a time. Nothing of the caller's
 * memory is kept. No exception leaves the library. */
#ifndef ZOO_NAMES_H
#define ZOO_NAMES_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NAMES_OK 0
#define NAMES_BAD_INPUT 1
#define NAMES_NO_SUCH 2
#define NAMES_NO_MEMORY 3

#define NAMES_MAX_NAME 16

typedef struct names names FFH_HANDLE(FFH_SERIAL);

/* Empty at first. NULL when memory runs out. */
FFH_CREATES FFH_ERROR_NULL names *names_create(void);

void names_destroy(names *self FFH_CONSUMES FFH_NULLABLE);

/* Appends a name. */
FFH_STATUS(0, 1, 3)
FFH_REJECTS(null : 1, oversized : 1)
int32_t names_add(names *self, const char *name FFH_BYTES(length) FFH_MAX(16), size_t length);

/* How many bytes the name at this place has. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t names_length(const names *self, size_t place FFH_RANGE(0, 7),
                     size_t *length FFH_OUT_ON_SUCCESS);

/* Removes the name at this place. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
int32_t names_remove(names *self, size_t place FFH_RANGE(0, 7));

#ifdef __cplusplus
}
#endif

#endif
