/* A roster of slots, each with a name that can be made longer.
 *
 * A roster may move from thread to thread and serves one call at a time. */
#ifndef ZOO_ROSTER_H
#define ZOO_ROSTER_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ROSTER_OK 0
#define ROSTER_BAD_INPUT 1
#define ROSTER_TOO_LONG 2 /* the name would have more than ROSTER_NAME bytes */

#define ROSTER_SLOTS 4
#define ROSTER_NAME 24

typedef struct roster roster FFH_HANDLE(FFH_SERIAL);

/* Every name is empty. */
FFH_CREATES roster *roster_create(void);

void roster_destroy(roster *self FFH_CONSUMES FFH_NULLABLE);

/* After a ROSTER_TOO_LONG the name is what it was. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
int32_t roster_append(roster *self, uint32_t slot FFH_RANGE(0, 4),
                      const uint8_t *bytes FFH_BYTES(length) FFH_MAX(32), size_t length);

/* The number of bytes of a name, and their sum. */
FFH_STATUS(0, 1)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t roster_measure(const roster *self, uint32_t slot FFH_RANGE(0, 4),
                       size_t *length FFH_OUT_ON_SUCCESS, uint64_t *sum FFH_OUT_ON_SUCCESS);

#ifdef __cplusplus
}
#endif

#endif
