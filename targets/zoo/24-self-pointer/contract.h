/* Labels in the caller's storage.
 *
 * A label may move from thread to thread and serves one call at a time. It may be moved by copying
 * its bytes. Nothing of the caller's memory is kept. No exception leaves the library. */
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

#define LABEL_MAX_TEXT 64

typedef struct label {
  char *chars;
  size_t length;
  char inside[16];
} label FFH_HANDLE(FFH_SERIAL) FFH_RELOCATABLE;

/* An empty label. */
void label_init(label *self FFH_CREATES FFH_PLACED);

void label_end(label *self FFH_CONSUMES);

/* Replaces the text. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1, oversized : 1)
int32_t label_set(label *self, const char *text FFH_BYTES(length) FFH_MAX(64), size_t length);

/* How many characters of the text are `letter`. */
size_t label_count(const label *self, uint8_t letter);

#ifdef __cplusplus
}
#endif

#endif
