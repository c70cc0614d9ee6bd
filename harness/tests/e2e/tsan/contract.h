/* A library whose every function orders its threads in another way, and one that does not: the twin
 * with RACY_FIXED does. Plain memory that only the caller can order is here too. */
#ifndef RACY_H
#define RACY_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct counter counter FFH_HANDLE(FFH_SHARED);
typedef struct tape tape FFH_HANDLE(FFH_SERIAL);

FFH_CREATES FFH_ERROR_NULL counter *counter_create(void);
void counter_destroy(counter *self FFH_CONSUMES);

/* The planted bug. */
void counter_add(counter *self, uint32_t n);

uint32_t counter_total(counter *self);
uint32_t counter_first_use(void);
uint32_t counter_once(void);
uint32_t counter_join(uint32_t n);
uint32_t counter_condition(uint32_t n);
uint32_t counter_semaphore(uint32_t n);
uint32_t counter_barrier(uint32_t n);
uint32_t counter_read_lock(counter *self);

FFH_CREATES FFH_ERROR_NULL tape *tape_create(const uint8_t *bytes FFH_BYTES(length) FFH_MAX(64),
                                             size_t length);
void tape_destroy(tape *self FFH_CONSUMES);
void tape_write(tape *self, const uint8_t *bytes FFH_BYTES(length) FFH_MAX(64), size_t length);
uint32_t tape_sum(const tape *self);

#ifdef __cplusplus
}
#endif

#endif
