/* A list of words that can be counted by what they contain.
 *
 * A list may move from thread to thread and serves one call at a time. */
#ifndef ZOO_WORDS_H
#define ZOO_WORDS_H

#include <ffh/contract.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WORDS_OK 0
#define WORDS_BAD_INPUT 1

typedef struct words words FFH_HANDLE(FFH_SERIAL);

FFH_CREATES words *words_create(void);

void words_destroy(words *self FFH_CONSUMES FFH_NULLABLE);

FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
int32_t words_add(words *self, const char *word FFH_CSTR FFH_MAX(32));

/* How many words contain the pattern; all of them when it is NULL. */
FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t words_count(const words *self, const char *pattern FFH_CSTR FFH_MAX(32) FFH_NULLABLE,
                    uint64_t *count FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
