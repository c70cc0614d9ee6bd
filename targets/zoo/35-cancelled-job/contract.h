/* A job's result on its way from the thread that works to the thread that waits.
 *
 * job_create makes two handles, which live independently: the job, for the thread that works, and
 * its ticket, for the thread that waits. Each may move from thread to thread and serves one call at
 * a time; a job and its ticket may be used at the same time. */
#ifndef ZOO_JOB_H
#define ZOO_JOB_H

#include <ffh/contract.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define JOB_OK 0
#define JOB_BAD_INPUT 1
#define JOB_CANCELLED 2 /* the ticket is gone */
#define JOB_DROPPED 3   /* the job is gone without a result */
#define JOB_PENDING 4   /* no result yet */

typedef struct job job FFH_HANDLE(FFH_SERIAL);
typedef struct ticket ticket FFH_HANDLE(FFH_SERIAL);

/* JOB_BAD_INPUT when a pointer is NULL; nothing is made then. */
FFH_STATUS(0, 1)
int32_t job_create(job **new_job FFH_CREATES, ticket **new_ticket FFH_CREATES);

/* Ends the job with a result. JOB_CANCELLED when nobody waits for it any more. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
int32_t job_complete(job *self FFH_CONSUMES, int64_t result);

/* Ends the job without a result. */
void job_drop(job *self FFH_CONSUMES FFH_NULLABLE);

/* The result, as often as it is asked for. */
FFH_STATUS(0, 1, 3, 4)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t ticket_poll(const ticket *self, int64_t *result FFH_OUT_ON_SUCCESS);

/* Ends the ticket, and tells the job that nobody waits. */
void ticket_cancel(ticket *self FFH_CONSUMES FFH_NULLABLE);

#ifdef __cplusplus
}
#endif

#endif
