/* Guarded copies of arguments. Each copy is exactly as long as the contract says, stands in
 * poisoned memory, and is poisoned again when its borrow ends, so an access one byte outside it, or
 * one call too late, is reported by AddressSanitizer and can be named: which parameter of which
 * call.
 *
 * The memory is a ring taken once from the system. A copy is not reused before the ring has come
 * round, so late accesses are seen for as long as possible. Used by one lane at a time. */
#ifndef FFH_BOUNDARY_ARENA_H
#define FFH_BOUNDARY_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FFH_KEPT_FOR_CALL UINT16_C(0xffff)
#define FFH_KEPT_FOR_INPUT UINT16_C(0xfffe)

typedef struct ffh_region {
  uint8_t *at;
  uint32_t size;
  uint16_t call; /* index in the plan */
  uint16_t slot;
  uint16_t kept_by; /* the variable whose death ends the borrow, or FFH_KEPT_FOR_... */
  bool live;
} ffh_region;

/* Takes the memory. Once, before the first input. */
void ffh_arena_start(void);

/* A writable copy area of `size` bytes, aligned to `align` (a power of two, at most 64), or NULL
 * when one input asks for more than there is. Its content is arbitrary. A size of 0 gives an
 * address that may not be accessed. */
uint8_t *ffh_arena_take(size_t size, size_t align, uint16_t call, uint16_t slot);

/* The region last taken is kept until `variable` dies (or FFH_KEPT_FOR_INPUT) instead of until its
 * call returns. */
void ffh_arena_keep(uint16_t variable);

void ffh_arena_end_call(uint16_t call);
void ffh_arena_end_variable(uint16_t variable);
void ffh_arena_end_input(void);

/* The region that `address` is in or next to (a guard zone belongs to the nearer region), or NULL
 * for an address outside the arena. Async-signal-safe. */
const ffh_region *ffh_arena_find(const void *address);

/* Read-only zeros behind oversized lengths: FFH_SPARSE_BYTES of address space, hardly any memory.
 */
const uint8_t *ffh_arena_sparse(void);

#endif
