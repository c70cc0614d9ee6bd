/* Readers of lines. `context` is not used. */
#ifndef ZOO_READERS_H
#define ZOO_READERS_H

#include <stddef.h>

struct lines;

#ifdef __cplusplus
extern "C" {
#endif

/* Looks at what it is given. */
void reader_looks(void *context, struct lines *self, const char *line, size_t length);
/* Has read enough at a line that begins with q. */
void reader_ends(void *context, struct lines *self, const char *line, size_t length);

#ifdef __cplusplus
}
#endif

#endif
