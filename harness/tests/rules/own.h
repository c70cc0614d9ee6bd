/* What the target brings along itself: implementations of callbacks, right and wrong. */
#ifndef RULES_OWN_H
#define RULES_OWN_H

struct bell;

#ifdef __cplusplus
extern "C" {
#endif

void ring_returns(void *context);
void ring_throws(void *context);
void ring_exits(void *context);
void ring_jumps(void *context);
void ring_calls_leave(void *context);
void ring_asks(struct bell *self);
void ring_asks_and_counts(struct bell *self); /* which the contract does not list */
void ring_ends(struct bell *self);

#ifdef __cplusplus
}
#endif

#endif
