/* What the target brings along itself: implementations of callbacks, right and wrong. */
#ifndef RULES_OWN_H
#define RULES_OWN_H

#ifdef __cplusplus
extern "C" {
#endif

void ring_returns(void *context);
void ring_throws(void *context);
void ring_exits(void *context);
void ring_jumps(void *context);
void ring_calls_leave(void *context);

#ifdef __cplusplus
}
#endif

#endif
