/* A library with one function for each way to misbehave. Every function breaks the promise that its
 * contract makes; the end-to-end tests expect the rule that the comment names. */
#ifndef MISBEHAVE_CONTRACT_H
#define MISBEHAVE_CONTRACT_H

#include <ffh/contract.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct misbehave misbehave FFH_HANDLE(FFH_SERIAL);

FFH_CREATES FFH_ERROR_NULL misbehave *misbehave_create(void);
void misbehave_destroy(misbehave *self FFH_CONSUMES FFH_NULLABLE);

void misbehave_well(misbehave *self);                       /* nothing */
void misbehave_hang(misbehave *self);                       /* FFH-LIVELOCK */
void misbehave_abort(misbehave *self);                      /* FFH-ABORT */
void misbehave_exit(misbehave *self);                       /* FFH-EXIT */
void misbehave_quick_exit(misbehave *self);                 /* FFH-EXIT, past every exit handler */
void misbehave_throw(misbehave *self);                      /* FFH-UNWIND */
void misbehave_exhaust_memory(misbehave *self);             /* FFH-OOM */
void misbehave_start_thread(misbehave *self);               /* FFH-THREAD-LEFT */
void misbehave_overflow_stack(misbehave *self);             /* FFH-STACK-OVERFLOW */
void misbehave_null(misbehave *self);                       /* FFH-NULL-DEREF */
void misbehave_leak(misbehave *self);                       /* FFH-LEAK */
void misbehave_use_after_free(misbehave *self);             /* FFH-USE-AFTER-FREE */
void misbehave_again(misbehave *self);                      /* FFH-ABORT, not in the first input */
void misbehave_sometimes(misbehave *self);                  /* FFH-ABORT, one time in two */
void misbehave_fork(misbehave *self);                       /* nothing: the child ends well */
void misbehave_fork_exit(misbehave *self);                  /* nothing: it leaves by exit */
void misbehave_fork_abort(misbehave *self);                 /* nothing: it aborts */
void misbehave_fork_null(misbehave *self);                  /* nothing: it crashes */
void misbehave_fork_free(misbehave *self);                  /* nothing: a sanitizer ends it */
void misbehave_fork_return(misbehave *self);                /* nothing: it comes out of the call */
void misbehave_unload(misbehave *self);                     /* nothing */
void misbehave_unload_covered(misbehave *self);             /* nothing: it stays loaded */
void misbehave_unload_leak(misbehave *self);                /* FFH-LEAK, by code that is gone */
FFH_STATUS(0, 1) int32_t misbehave_status(misbehave *self); /* FFH-STATUS */

#ifdef __cplusplus
}
#endif

#endif
