/* Callbacks at the inner edge: what a facade passes to a legacy function (FFH_LEGACY).
 *
 * The wrapper of such a function passes on a trampoline, which crosses to the side of who passed
 * the callback, calls it, and crosses back. Which function that is shows only at run time, so each
 * type of callback has a few trampolines: a function gets one when it is first passed, and has the
 * same one from then on, whatever it is passed to, so that it may be taken back by its pointer. */
#ifndef FFH_BACK_H
#define FFH_BACK_H

#include <stdbool.h>
#include <stdint.h>

#include "ffh/inner.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { FFH_BACKS = 32, FFH_BACK_PARAMS = 8 };
#define FFH_BACKS_EACH(x)                                                                     \
  x(0) x(1) x(2) x(3) x(4) x(5) x(6) x(7) x(8) x(9) x(10) x(11) x(12) x(13) x(14) x(15) x(16) \
      x(17) x(18) x(19) x(20) x(21) x(22) x(23) x(24) x(25) x(26) x(27) x(28) x(29) x(30) x(31)

/* A parameter with FFH_CALLBACK. Constant, of static storage duration. */
typedef struct ffh_back_param {
  ffh_edge edge; /* that calling back crosses */
  const ffh_function *function;
} ffh_back_param;

/* What a trampoline stands for. Read and written by any thread, with atomic operations. */
typedef struct ffh_back {
  uint64_t key;                                  /* ffh_back_key, 0: nothing yet */
  const ffh_back_param *params[FFH_BACK_PARAMS]; /* what it was passed for, NULL ends */
  bool open;                                     /* also for what the contract does not speak of */
} ffh_back;

/* The callbacks of one type. Of static storage duration. */
typedef struct ffh_backs {
  ffh_edge edge; /* of FFH_EDGE_BACK */
  void (*const *trampolines)(void);
  ffh_back passed[FFH_BACKS];
} ffh_backs;

/* How many callbacks were passed on as they are, because all trampolines were taken. */
extern uint64_t ffh_backs_full;

/* What to pass on for `function`, which code of the side `from` passes; `param` is NULL where the
 * contract does not speak of it. NULL for NULL; what the legacy side passes to itself stays what it
 * is. Any thread. */
void (*ffh_back_for(ffh_backs *backs, const ffh_back_param *param, void (*function)(void),
                    uint64_t from))(void);

/* A function of the facade and its side are one word: addresses leave the upper bits free. */
enum { FFH_BACK_SIDE_AT = 60 };

FFH_INNER_PART uint64_t ffh_back_key(void (*function)(void), uint64_t side) {
  return (uint64_t)(uintptr_t)function | side << FFH_BACK_SIDE_AT;
}

FFH_INNER_PART void (*ffh_back_function(const ffh_back *back))(void) {
  uint64_t key = __atomic_load_n(&back->key, __ATOMIC_RELAXED);
  return (void (*)(void))(uintptr_t)(key & ((UINT64_C(1) << FFH_BACK_SIDE_AT) - 1));
}

/* A callback is about to run, and the contract may say on which threads; `cookie` is the user data,
 * NULL where there is none. From the function that the trampolines call. */
void ffh_back_tell(const ffh_back *back, const void *cookie);

/* Crosses, and returns what to call; ffh_cross_out crosses back. */
FFH_INNER_PART void (*ffh_back_enter(ffh_crossing *crossing, const ffh_backs *backs, unsigned index,
                                     const void *cookie))(void) {
  const ffh_back *back = &backs->passed[index];
  bool open = __atomic_load_n(&back->open, __ATOMIC_RELAXED);
  if (!open) {
    ffh_back_tell(back, cookie);
  }
  ffh_cross_in(crossing, open ? &backs->edge : &back->params[0]->edge);
  ffh_here_now.side = (uint8_t)(__atomic_load_n(&back->key, __ATOMIC_RELAXED) >> FFH_BACK_SIDE_AT);
  return ffh_back_function(back);
}

/* A crossing that is left in whatever way the callback ends. */
#define FFH_BACK_CROSSING __attribute__((cleanup(ffh_cross_out))) ffh_crossing

#ifdef __cplusplus
}
#endif

#endif
