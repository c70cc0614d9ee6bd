/* Error messages beside a status or a NULL result, and messages that go in again. */
#ifndef FFH_TESTS_RULES_MESSAGES_H
#define FFH_TESTS_RULES_MESSAGES_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct page page FFH_HANDLE(FFH_SHARED);

void message_free(char *message FFH_CONSUMES FFH_NULLABLE);

/* clang-format finds no stable layout for these. */
/* clang-format off */
FFH_STATUS(0, 1, 2) FFH_REJECTS(null : 2)
int32_t message_on_success_bad(const uint8_t *bytes FFH_BYTES(size) FFH_MAX(64), size_t size,
                               char **error FFH_ERROR_OUT(message_free));
FFH_STATUS(0, 1, 2) FFH_REJECTS(null : 2)
int32_t message_on_success_good(const uint8_t *bytes FFH_BYTES(size) FFH_MAX(64), size_t size,
                                char **error FFH_ERROR_OUT(message_free));
/* Makes a message of its own besides the one that it delivers. */
FFH_STATUS(0, 1, 2) FFH_REJECTS(null : 2)
int32_t message_leak_bad(const uint8_t *bytes FFH_BYTES(size) FFH_MAX(64), size_t size,
                         char **error FFH_ERROR_OUT(message_free));
/* Delivers a message as an output: nobody frees that after a failure. */
FFH_STATUS(0, 1, 2) FFH_REJECTS(null : 2)
int32_t message_owned_bad(const uint8_t *bytes FFH_BYTES(size) FFH_MAX(64), size_t size,
                          char **text FFH_OWNED(message_free));

FFH_CREATES FFH_ERROR_NULL
page *page_open_bad(uint32_t number FFH_RANGE(0, 9), char **error FFH_ERROR_OUT(message_free));
FFH_CREATES FFH_ERROR_NULL
page *page_open_good(uint32_t number FFH_RANGE(0, 9), char **error FFH_ERROR_OUT(message_free));
void page_close(page *self FFH_CONSUMES FFH_NULLABLE);

/* Both write over an old message; only for one of them is there never one. */
void message_given_bad(uint32_t number FFH_RANGE(0, 9),
                       char **error FFH_INOUT FFH_ERROR_OUT(message_free));
void message_given_good(uint32_t number FFH_RANGE(0, 9),
                        char **error FFH_OUT FFH_ERROR_OUT(message_free));
/* The same with a status; the good one frees the old message first. */
FFH_STATUS(0, 1)
int32_t message_again_bad(uint32_t number FFH_RANGE(0, 9),
                          char **error FFH_INOUT FFH_ERROR_OUT(message_free));
FFH_STATUS(0, 1)
int32_t message_again_good(uint32_t number FFH_RANGE(0, 9),
                           char **error FFH_INOUT FFH_ERROR_OUT(message_free));
/* clang-format on */

#ifdef __cplusplus
}
#endif

#endif
