/* Crossings: on which side of the boundary a thread's code runs, and how it got there.
 *
 * Every thread has a side and a list of the crossings that it is inside of, innermost first. The
 * list lives on the thread's own stack: a crossing is entered and left by the same function, so
 * that one which was jumped over (longjmp) or unwound (exception, panic, pthread_exit) is seen.
 * Nothing here allocates, locks or makes a system call, and only the thread itself touches its
 * list. Generated wrappers and the runtime use the same two functions. */
#ifndef FFH_CROSS_H
#define FFH_CROSS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ffh_side {
  FFH_SIDE_HARNESS = 0, /* the runtime and the engine: what they allocate is nobody's */
  FFH_SIDE_CALLER,      /* the application: callbacks and the target's own sources stand for it */
  FFH_SIDE_LIBRARY,     /* the library under test; where it is a facade, the facade */
  FFH_SIDE_LEGACY,      /* what lies behind the facade's inner edge (FFH_LEGACY) */
  FFH_SIDE_TAGGED       /* the first of the archives that have a side of their own */
} ffh_side;

typedef enum ffh_edge_kind {
  FFH_EDGE_CALL = 0, /* an exported function is called */
  FFH_EDGE_CALLBACK, /* the library calls back */
  FFH_EDGE_LEGACY,   /* the facade calls an inner function */
  FFH_EDGE_BACK,     /* an inner function calls back, and the contract says nothing of it */
  FFH_EDGE_THREAD    /* a thread of the library begins, or runs its destructors */
} ffh_edge_kind;

/* A place where threads may cross. Constant, of static storage duration. */
typedef struct ffh_edge {
  const char *name;  /* of the function, or "function.parameter" of a callback */
  uint8_t to;        /* ffh_side */
  uint8_t kind;      /* ffh_edge_kind */
  uint16_t function; /* index into ffh_target.functions, FFH_NONE for none */
  uint16_t slot;     /* of a callback, FFH_NONE for none */
} ffh_edge;

/* What a thread was inside of before a crossing. */
typedef struct ffh_crossed {
  struct ffh_crossing *top;
  uintptr_t depth;
  const ffh_edge *edge;
  uint64_t side; /* a word, for where it is kept on the stack: processors rename those */
} ffh_crossed;

/* One crossing that has not been left. On the stack of the function that made it. */
typedef struct ffh_crossing {
  const ffh_edge *edge;
  ffh_crossed before; /* by ffh_cross_in */
} ffh_crossing;

typedef struct ffh_here {
  ffh_crossing *top;    /* the innermost crossing, NULL outside of all */
  uintptr_t depth;      /* the negated address of the frame that made it; 0 outside of all */
  const ffh_edge *edge; /* its own: what was jumped over may be overwritten */
  uint32_t thread;      /* the thread's own number, never used again; 0: not asked for yet */
  uint8_t side;         /* ffh_side */
} ffh_here;

/* Initial-exec: the general way of reaching thread-local data costs as much as the rest. */
extern __thread ffh_here ffh_here_now __attribute__((tls_model("initial-exec")));

/* A crossing is entered or left at that depth, and the innermost one was jumped over. */
void ffh_cross_jumped(uintptr_t depth);

/* A sanitizer may keep variables elsewhere, so that it is not the crossing's own address. */
#define FFH_CROSS_DEPTH() (-(uintptr_t)__builtin_frame_address(0))

/* Enters, and leaves with what entering has returned. A wrapper keeps that to itself, so that it
 * can stay in registers: read back from memory, each call would wait for stores of the one before.
 */
__attribute__((always_inline)) static inline ffh_crossed ffh_cross_enter(ffh_crossing *crossing,
                                                                         const ffh_edge *edge) {
  ffh_here *here = &ffh_here_now;
  uintptr_t depth = FFH_CROSS_DEPTH();
  /* Further in is deeper: one that lies deeper than this one has been jumped over. */
  if (__builtin_expect(here->depth > depth, 0)) {
    ffh_cross_jumped(depth);
  }
  ffh_crossed before = {here->top, here->depth, here->edge, here->side};
  crossing->edge = edge;
  here->top = crossing;
  here->edge = edge;
  here->depth = depth;
  here->side = edge->to;
  return before;
}

__attribute__((always_inline)) static inline void ffh_cross_leave(const ffh_crossing *crossing,
                                                                  ffh_crossed before) {
  ffh_here *here = &ffh_here_now;
  if (__builtin_expect(here->top != crossing, 0)) {
    ffh_cross_jumped(FFH_CROSS_DEPTH());
  }
  here->top = before.top;
  here->edge = before.edge;
  here->depth = before.depth;
  here->side = (uint8_t)before.side;
}

/* The same, where entering and leaving are apart. */
__attribute__((always_inline)) static inline void ffh_cross_in(ffh_crossing *crossing,
                                                               const ffh_edge *edge) {
  crossing->before = ffh_cross_enter(crossing, edge);
}

static inline void ffh_cross_out(const ffh_crossing *crossing) {
  ffh_cross_leave(crossing, crossing->before);
}

/* First in a function that calls across the boundary: exceptions, panics and pthread_exit that pass
 * it on their way are seen there. For C functions that are never inlined and compiled without
 * cleanups of their own. */
#define FFH_CROSS_FRAME() __asm__ volatile(".cfi_personality 0x1b, ffh_cross_personality")
/* Last in it where nothing else comes after the call: it must not become a jump. */
#define FFH_CROSS_DONE() __asm__ volatile("")

/* The number of the calling thread, from 1, given in the order of asking. Unlike a pthread_t it is
 * never used again. */
uint32_t ffh_cross_thread(void);

enum { FFH_MAX_SIDES = 16 };

/* Names a side from FFH_SIDE_TAGGED on, by a text of static storage duration. While the program
 * starts, before main. */
void ffh_side_set_name(uint8_t side, const char *name);

/* How many sides have been named: the tagged archives of the program. */
unsigned ffh_side_count_tagged(void);

/* "caller", "library", "legacy", or the name of a tagged archive. Static storage. */
const char *ffh_side_name(uint8_t side);

#ifdef __cplusplus
}
#endif

#endif
