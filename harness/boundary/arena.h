/* Guarded copies of arguments. Each copy is exactly as long as the contract says, stands in
 * poisoned memory, and is poisoned again when its borrow ends, so an access one byte outside it, or
 * one call too late, is reported by AddressSanitizer and can be named: which parameter of which
 * call.
 *
 * Code that is not instrumented is found out by what it writes: canaries stand on both sides of
 * each copy and are looked at when its borrow ends, as is the content of what is const and kept.
 * And, where a copy has pages of its own (boundary/pages.h), by the trap.
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
  bool moved; /* away: its content lives on elsewhere */
  bool paged;
  bool sealed;     /* its content must be the same at the end of the borrow */
  uint8_t behind;  /* canary bytes after it */
  uint32_t digest; /* of what is sealed */
} ffh_region;

typedef enum ffh_breach {
  FFH_BREACH_NONE = 0,
  FFH_BREACH_BEFORE, /* a byte before the copy was written */
  FFH_BREACH_BEHIND,
  FFH_BREACH_CHANGED /* what is const was written */
} ffh_breach;

/* Takes the memory. Once, before the first input. */
void ffh_arena_start(void);

/* A writable copy area of `size` bytes, aligned to `align` (a power of two, at most 64), or NULL
 * when one input asks for more than there is. Its content is arbitrary. A size of 0 gives an
 * address that may not be accessed. */
uint8_t *ffh_arena_take(size_t size, size_t align, uint16_t call, uint16_t slot);

/* The same, in pages of its own while there are any. Aligned as ffh_arena_take would, so that the
 * library does the same; `exact`: as near to the page's end as `align` allows. */
uint8_t *ffh_arena_take_pages(size_t size, size_t align, bool exact, uint16_t call, uint16_t slot);

/* The region last taken is kept until `variable` dies (or FFH_KEPT_FOR_INPUT) instead of until its
 * call returns. */
void ffh_arena_keep(uint16_t variable);

/* What that slot of the call keeps holds its content now, and must hold it until the borrow ends.
 */
void ffh_arena_seal(uint16_t call, uint16_t slot);

/* The first breach that was found when borrows ended, and of which region (a copy; valid until the
 * next is found). Forgets it. */
ffh_breach ffh_arena_breach(const ffh_region **region);

/* Moves the live region that starts at `at`, and is kept by a variable, to fresh memory of that
 * alignment, byte by byte; the old memory is poisoned and holds other bytes, or is unmapped where
 * it had pages of its own (so does the new, while there are any). NULL when there is no such region
 * or no memory. */
uint8_t *ffh_arena_move(uint8_t *at, size_t align);

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
