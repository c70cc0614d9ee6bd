/* A name that is given as bytes and a length.
 *
 * A label may move from thread to thread and serves one call at a time. Nothing of the caller's
 * memory is kept. */
#ifndef ZOO_LABEL_H
#define ZOO_LABEL_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LABEL_OK 0
#define LABEL_BAD_INPUT 1
#define LABEL_NO_MEMORY 2

#define LABEL_MAX_NAME 32

typedef struct label label FFH_HANDLE(FFH_SERIAL);

/* With an empty name. NULL when memory runs out. */
FFH_CREATES FFH_ERROR_NULL label *label_create(void);

void label_destroy(label *self FFH_CONSUMES FFH_NULLABLE);

/* Replaces the name by these bytes; no NUL has to follow them. A NUL among them ends the name. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1, oversized : 1)
int32_t label_rename(label *self, const char *name FFH_BYTES(length) FFH_MAX(32), size_t length);

/* How many bytes the name has. */
size_t label_length(const label *self);

#ifdef __cplusplus
}
#endif

#endif
