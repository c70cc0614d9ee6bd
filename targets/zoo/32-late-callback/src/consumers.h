/* Consumers of a stream. They run on the stream's thread; `context` is not used. */
#ifndef ZOO_CONSUMERS_H
#define ZOO_CONSUMERS_H

#include <stdint.h>

struct stream;

#ifdef __cplusplus
extern "C" {
#endif

/* Looks at what it is told and calls nothing. */
void consumer_looks(void *context, struct stream *self, uint32_t frames);
/* Asks the stream how far it is. */
void consumer_asks(void *context, struct stream *self, uint32_t frames);

#ifdef __cplusplus
}
#endif

#endif
