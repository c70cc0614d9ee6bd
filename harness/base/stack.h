/* Walking a stack by frame pointers: some twenty nanoseconds, no allocation, no lock. A function
 * that was compiled without one is left out. */
#ifndef FFH_BASE_STACK_H
#define FFH_BASE_STACK_H

#include <stddef.h>
#include <stdint.h>

/* Where a thread's stack lies: nothing outside of it is read. Both 0 while it is not known. */
typedef struct ffh_stack {
  uintptr_t low, high;
} ffh_stack;

/* Of the calling thread. Set once by ffh_stack_find, which allocates; never by the walk. */
extern __thread ffh_stack ffh_stack_here __attribute__((tls_model("initial-exec")));

/* Asks libc, which allocates on the main thread: when a thread comes under control, not later. */
void ffh_stack_find(void);

/* Return addresses from the frame that `frame` points to, innermost first, at most `room`. Returns
 * how many. Any thread may walk the stack of a thread that does not run. Async-signal-safe. */
unsigned ffh_stack_walk(const ffh_stack *stack, uintptr_t frame, uintptr_t *frames, unsigned room);

/* The calling thread's own, from the function that called the caller. */
static inline __attribute__((always_inline)) unsigned ffh_stack_mine(uintptr_t *frames,
                                                                     unsigned room) {
  return ffh_stack_walk(&ffh_stack_here, (uintptr_t)__builtin_frame_address(0), frames, room);
}

#endif
