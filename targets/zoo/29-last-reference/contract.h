/* Sessions that add numbers up and are audited in the background.
 *
 * A session belongs to the thread that opened it. Nothing of the caller's memory is kept. */
#ifndef ZOO_SESSION_H
#define ZOO_SESSION_H

#include <ffh/contract.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SESSION_OK 0
#define SESSION_BAD_INPUT 1
#define SESSION_NO_THREAD 2

typedef struct session session FFH_HANDLE(FFH_CONFINED);

/* NULL when memory runs out. */
FFH_CREATES FFH_ERROR_NULL session *session_open(void);

FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
int32_t session_add(session *self, uint32_t value);

/* Starts an audit, which ends by itself: what was added so far is what later says. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
int32_t session_audit(session *self);

/* What the last audit that has ended saw. */
FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t session_audited(const session *self, uint64_t *sum FFH_OUT_ON_SUCCESS);

void session_close(session *self FFH_CONSUMES FFH_NULLABLE);

/* The class behind it: a gauge belongs to the thread that constructed it. */
typedef struct gauge gauge FFH_HANDLE(FFH_CONFINED);

FFH_LEGACY FFH_SYMBOL(_ZN5GaugeC1Ev, _ZN5GaugeC2Ev) void gauge_construct(gauge *self FFH_CREATES);
FFH_LEGACY FFH_SYMBOL(_ZN5Gauge3addEj) void gauge_add(gauge *self, uint32_t value);
FFH_LEGACY FFH_SYMBOL(_ZN5GaugeD1Ev, _ZN5GaugeD2Ev) void gauge_destruct(gauge *self FFH_CONSUMES);

#ifdef __cplusplus
}
#endif

#endif
