/* A block of bytes that is filled piece by piece.
 *
 * A block may move from thread to thread and serves one call at a time. Nothing of the caller's
 * memory is kept. */
#ifndef ZOO_BLOCK_H
#define ZOO_BLOCK_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BLOCK_OK 0
#define BLOCK_BAD_INPUT 1
#define BLOCK_FULL 2

#define BLOCK_SIZE 64

typedef struct block block FFH_HANDLE(FFH_SERIAL);

/* Empty at first. NULL when memory runs out. */
FFH_CREATES FFH_ERROR_NULL block *block_create(void);

void block_destroy(block *self FFH_CONSUMES FFH_NULLABLE);

/* Appends. More than 64 bytes are bad input; more than there is room for does not fit, and nothing
 * is appended. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1, oversized : 1)
int32_t block_append(block *self, const uint8_t *bytes FFH_BYTES(length) FFH_MAX(64),
                     size_t length);

void block_clear(block *self);

size_t block_length(const block *self);

#ifdef __cplusplus
}
#endif

#endif
