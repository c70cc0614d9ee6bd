/* The personality routine of the boundary's frames, as the Itanium C++ ABI ("Level I") has it. */
#include "boundary/unwind.h"

#include <stdbool.h>
#include <stddef.h>
#include <unwind.h>

#include "base/stack.h"

/* "GNUCC++\0", "CLNGC++\0", "MOZ\0RUST"; the last byte of a C++ one is 1 when it is a copy of
 * another (std::rethrow_exception). */
#define CLASS(a, b, c, d, e, f, g)                                                         \
  ((uint64_t)(a) << 56 | (uint64_t)(b) << 48 | (uint64_t)(c) << 40 | (uint64_t)(d) << 32 | \
   (uint64_t)(e) << 24 | (uint64_t)(f) << 16 | (uint64_t)(g) << 8)
static const uint64_t gnu_class = CLASS('G', 'N', 'U', 'C', 'C', '+', '+');
static const uint64_t clang_class = CLASS('C', 'L', 'N', 'G', 'C', '+', '+');
/* Rust has it in the order of memory since some version. */
static const uint64_t rust_class = CLASS('M', 'O', 'Z', 0, 'R', 'U', 'S') | 'T';

_Unwind_Reason_Code ffh_cross_personality(int version, _Unwind_Action actions,
                                          _Unwind_Exception_Class kind,
                                          struct _Unwind_Exception *exception,
                                          struct _Unwind_Context *context);

static void (*told)(const ffh_unwound *unwound);

void ffh_unwind_start(void (*see)(const ffh_unwound *unwound)) {
  told = see;
}

/* What the GNU C++ library has before each exception, outermost first. Of a copy, the first pointer
 * is the original, which has the same before it. */
typedef struct cxx_exception {
  const void *type;
  void *functions[3];
  void *next;
  int counts[2];
  void *places[4];
  struct _Unwind_Exception header;
} cxx_exception;

/* A std::type_info: its table of virtual functions, then its name. */
typedef struct type_info {
  const void *table;
  const char *name;
} type_info;

static const char *type_of(const struct _Unwind_Exception *exception, uint64_t kind) {
  const char *before = (const char *)exception - offsetof(cxx_exception, header);
  const void *first = ((const cxx_exception *)before)->type;
  if ((kind & 0xff) !=
      0) { /* the object itself follows its header, and begins with nothing of it */
    first = first == NULL ? NULL : ((const cxx_exception *)first - 1)->type;
  }
  const char *name = first == NULL ? NULL : ((const type_info *)first)->name;
  return name == NULL ? NULL : name + (*name == '*'); /* marks one that is compared by address */
}

typedef struct walk {
  ffh_unwound *unwound;
  uintptr_t boundary; /* where the function of the boundary's frame begins */
  unsigned skipped;
} walk;

static _Unwind_Reason_Code take_frame(struct _Unwind_Context *context, void *argument) {
  enum { OURS = 2 };
  walk *w = argument;
  if (_Unwind_GetRegionStart(context) == w->boundary ||
      w->unwound->n_frames == FFH_UNWOUND_FRAMES) {
    return _URC_END_OF_STACK;
  }
  if (w->skipped++ >= OURS) {
    w->unwound->frames[w->unwound->n_frames++] = _Unwind_GetIP(context);
  }
  return _URC_NO_REASON;
}

/* Jumps on other stacks than the thread's own, those of coroutines, cannot be told from switches.
 */
static bool is_on_stack(uintptr_t at) {
  return at >= ffh_stack_here.low && at < ffh_stack_here.high;
}

void ffh_cross_jumped(uintptr_t depth) {
  ffh_here *here = &ffh_here_now;
  bool matters = here->top != NULL && is_on_stack(-here->depth) && is_on_stack(-depth) &&
                 here->edge->kind != FFH_EDGE_LEGACY && here->edge->kind != FFH_EDGE_BACK &&
                 told != NULL;
  if (matters) {
    ffh_unwound unwound = {.how = FFH_UNWINDING_JUMP, .edge = here->edge};
    told(&unwound);
  }
}

__attribute__((visibility("default"))) _Unwind_Reason_Code
ffh_cross_personality(int version, _Unwind_Action actions, _Unwind_Exception_Class kind,
                      struct _Unwind_Exception *exception, struct _Unwind_Context *context) {
  (void)version;
  const ffh_crossing *crossing = ffh_here_now.top;
  bool ends = (actions & _UA_FORCE_UNWIND) != 0;
  if (crossing == NULL || told == NULL || !(ends || (actions & _UA_SEARCH_PHASE) != 0)) {
    return _URC_CONTINUE_UNWIND;
  }
  ffh_unwound unwound = {.how = FFH_UNWINDING_FOREIGN, .edge = crossing->edge};
  uint64_t language = (uint64_t)kind & ~UINT64_C(0xff);
  if (ends) {
    unwound.how = FFH_UNWINDING_THREAD;
  } else if (language == gnu_class) {
    unwound.how = FFH_UNWINDING_CXX;
    unwound.type = type_of(exception, kind);
  } else if (language == clang_class) {
    unwound.how = FFH_UNWINDING_CXX;
  } else if ((uint64_t)kind == rust_class || __builtin_bswap64((uint64_t)kind) == rust_class) {
    unwound.how = FFH_UNWINDING_RUST;
  }
  walk w = {&unwound, _Unwind_GetRegionStart(context), 0};
  _Unwind_Backtrace(take_frame, &w);
  told(&unwound);
  return _URC_CONTINUE_UNWIND;
}
