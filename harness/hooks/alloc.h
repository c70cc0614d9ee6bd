/* Where every allocation and every free of the process is seen, and held against the ledger. One
 * implementation is linked: AddressSanitizer's hooks (alloc_asan.c), or jemalloc with a range of
 * addresses for each side (alloc_jemalloc.c). In builds with neither it sees nothing and says so.
 *
 * Blocks that the harness's side allocates are not kept. All functions may be called on any thread
 * unless they say otherwise; none of them allocates. */
#ifndef FFH_HOOKS_ALLOC_H
#define FFH_HOOKS_ALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boundary/block.h"

/* Called on the freeing thread, before the memory is given back. May return: the free then goes
 * on. `block` is what is known of the block, NULL for FFH_FREE_INVALID; for FFH_FREE_TWICE it is as
 * it was before its first free. */
typedef void (*ffh_alloc_fault)(ffh_free_fault fault, const ffh_block *block,
                                const ffh_freeing *freeing);

/* Once, on the main thread, before the first input. False when this build sees no allocations. */
bool ffh_alloc_start(ffh_alloc_fault on_fault);

/* After a start that was true: what of the target's allocations is not seen because the target
 * brings an allocator of its own, as a message (static storage); NULL: all is. Main thread. */
const char *ffh_alloc_unseen(void);

/* From now on blocks remember where they were allocated. Does nothing where they always do. Main
 * thread, nobody else running. */
void ffh_alloc_keep_stacks(void);

/* Blocks of earlier inputs are no longer counted from here on. Main thread, nobody else running. */
void ffh_alloc_begin_input(void);

/* The call that allocations of the calling thread belong to from now on; FFH_NONE for none. */
void ffh_alloc_set_call(uint16_t call);

/* How many blocks that were allocated in this input are alive. Takes the same time however many
 * there are. */
int64_t ffh_alloc_live(void);

/* The same for the blocks of all inputs so far. False where they are not counted. */
bool ffh_alloc_live_ever(int64_t *live);

/* Calls `see` for the blocks of this input, oldest first (where stacks are not kept, in no useful
 * order), until it returns false, which may not
 * ask anything of this file. Main thread. */
void ffh_alloc_each(bool (*see)(const ffh_block *block, void *context), void *context);

/* The live block that `address` lies in (not only its start): false when there is none. */
bool ffh_alloc_find(const void *address, ffh_block *block);

/* The block that starts at `address` belongs to `side` from now on: the contract hands it over.
 * Does nothing for what is no block. */
void ffh_alloc_give(const void *address, uint8_t side);

/* The same where the contract speaks of it at the inner edge: FFH_SIDE_LEGACY, what lies behind the
 * edge must free it; FFH_SIDE_LIBRARY, it and the facade may. The memory of a tagged archive that
 * it must free itself stays what it is. */
void ffh_alloc_hand(const void *address, uint8_t side);

#endif
