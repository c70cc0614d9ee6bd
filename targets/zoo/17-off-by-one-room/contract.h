/* Names of groups, by number.
 *
 * A directory may move from thread to thread and serves one call at a time. Nothing of the caller's
 * memory is kept. */
#ifndef ZOO_DIRECTORY_H
#define ZOO_DIRECTORY_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DIRECTORY_OK 0
#define DIRECTORY_BAD_INPUT 1
#define DIRECTORY_NO_ROOM 2

#define DIRECTORY_GROUPS 4

typedef struct directory directory FFH_HANDLE(FFH_SERIAL);

/* NULL when memory runs out. */
FFH_CREATES FFH_ERROR_NULL directory *directory_create(void);

void directory_destroy(directory *self FFH_CONSUMES FFH_NULLABLE);

/* How often names were asked for. */
uint64_t directory_lookups(const directory *self);

/* Copies the name of a group, with a NUL. *size is the room in bytes; afterwards it is what the
 * name takes, its NUL included, also when that is more than the room. A group that does not exist
 * is bad input, and changes nothing. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
int32_t directory_name(directory *self, uint32_t group FFH_RANGE(0, 4),
                       char *name FFH_OUT_ON_SUCCESS FFH_CAPACITY(size) FFH_WRITTEN(size)
                           FFH_MAX(16),
                       size_t *size FFH_INOUT);

#ifdef __cplusplus
}
#endif

#endif
