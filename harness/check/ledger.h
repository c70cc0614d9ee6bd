/* The ledger: every block of memory that the caller's and the library's sides hold, and what a free
 * of one is allowed to be.
 *
 * A state and its events; who may run at the same time is the business of the hooks that feed it.
 * Records lie in chunks and never move; a hash of their addresses finds them, by linear probing
 * with backward-shift deletion (Knuth, The Art of Computer Programming 3, 6.4, algorithm R), so
 * that no tombstone ever slows a probe down; blocks that die young never get there. The blocks of
 * an input are linked in the order of their allocation. All memory is mapped, none is allocated.
 * Every event takes constant time. */
#ifndef FFH_CHECK_LEDGER_H
#define FFH_CHECK_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "boundary/block.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ffh_ledger ffh_ledger;

/* For the life of the process. NULL when no memory can be mapped. */
ffh_ledger *ffh_ledger_new(void);

/* Blocks of earlier inputs are not counted and not walked from here on. */
void ffh_ledger_begin_input(ffh_ledger *ledger);

/* A block has been allocated; `block->sequence` is given by the ledger. A block that was thought to
 * be live at that address is gone. Without room for another record the block stays unknown. */
void ffh_ledger_allocated(ffh_ledger *ledger, const ffh_block *block);

/* A block of the harness, or of anyone else who is not kept, begins at that address. */
void ffh_ledger_forget(ffh_ledger *ledger, uintptr_t address);

/* A block is being freed: it is not live any more. Says what is wrong with that, and then in *block
 * what is known of the block (nothing for FFH_FREE_INVALID). Frees by the harness's side and frees
 * of what was never kept are in order. */
ffh_free_fault ffh_ledger_freed(ffh_ledger *ledger, const ffh_freeing *freeing, ffh_block *block);

/* Of a block that was freed lately: by whom. False when that is not known any more. */
bool ffh_ledger_first_free(const ffh_ledger *ledger, uintptr_t address, ffh_freeing *freeing);

/* The live block that starts at `address` belongs to that side from now on; `spoken_of`: at the
 * inner edge, see ffh_block. What a tagged archive must free itself stays the archive's. */
void ffh_ledger_give(ffh_ledger *ledger, uintptr_t address, uint8_t side, bool spoken_of);

/* The live block that starts at `address`. */
bool ffh_ledger_find(const ffh_ledger *ledger, uintptr_t address, ffh_block *block);

/* The live block that `address` lies in. Looks at every block unless it is the start of one. */
bool ffh_ledger_find_around(const ffh_ledger *ledger, uintptr_t address, ffh_block *block);

/* How many blocks are live: of this input, and of all. */
int64_t ffh_ledger_live(const ffh_ledger *ledger);
int64_t ffh_ledger_live_ever(const ffh_ledger *ledger);

/* Calls `see` for the live blocks of this input, oldest first, until it returns false. `see` may
 * not change the ledger. */
void ffh_ledger_each(const ffh_ledger *ledger, bool (*see)(const ffh_block *block, void *context),
                     void *context);

#ifdef __cplusplus
}
#endif

#endif
