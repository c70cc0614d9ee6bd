/* Which caches of freed memory the calling thread uses, in the flavor native. Threads that run one
 * at a time share those of whose turn it is: what one has freed is still warm for the next. Any
 * other thread has its own. The scheduler says when a turn begins and ends, the allocator what the
 * caches are (hooks/heap_jemalloc.h); without that allocator all of them are NULL. */
#ifndef FFH_BASE_CACHES_H
#define FFH_BASE_CACHES_H

struct ffh_heap_slot;

/* The calling thread's; NULL: none asked for yet. */
extern _Thread_local struct ffh_heap_slot *ffh_caches_mine
    __attribute__((tls_model("initial-exec")));

/* Once, before the first turn: those of whose turn it is, and those for threads that are ending,
 * which anybody may use at any time. */
void ffh_caches_start(struct ffh_heap_slot *turn, struct ffh_heap_slot *common);

/* The calling thread has the turn from now on, or no longer. Again changes nothing. */
void ffh_caches_begin_turn(void);
void ffh_caches_end_turn(void);

/* The calling thread does not come back to caches of its own. It may be its turn. */
void ffh_caches_drop(void);

#endif
