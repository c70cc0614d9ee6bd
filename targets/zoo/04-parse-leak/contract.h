/* Settings, read from text such as "depth=3;name=x".
 *
 * Settings may move from thread to thread and serve one call at a time. Nothing of the caller's
 * memory is kept. */
#ifndef ZOO_SETTINGS_H
#define ZOO_SETTINGS_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SETTINGS_OK 0
#define SETTINGS_BAD_INPUT 1
#define SETTINGS_SYNTAX 2
#define SETTINGS_NO_MEMORY 3

#define SETTINGS_MAX_TEXT 64

typedef struct settings settings FFH_HANDLE(FFH_SERIAL);

/* Empty at first. NULL when memory runs out. */
FFH_CREATES FFH_ERROR_NULL settings *settings_create(void);

void settings_destroy(settings *self FFH_CONSUMES FFH_NULLABLE);

/* Replaces all settings by those of the text: pairs of a key and a value with '=' between,
 * separated by ';'. A pair without a key or without '=' is an error of syntax, and changes nothing.
 */
FFH_STATUS(0, 1, 2, 3)
FFH_REJECTS(null : 1, oversized : 1)
int32_t settings_parse(settings *self,
                       const char *text FFH_BYTES(length) FFH_MAX(64) FFH_DICT("a=1", ";", "b"),
                       size_t length);

size_t settings_count(const settings *self);

#ifdef __cplusplus
}
#endif

#endif
