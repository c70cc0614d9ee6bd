#include "boundary/callbacks.h"

#include <stdatomic.h>
#include <string.h>

#include "base/asan.h"

/* One byte for each call of a plan and for its teardown: an address is all that a cookie has to be,
 * and what it points to must stay valid for as long as a callback may come. The next inputs have
 * others, alike but for the page, so that one that comes too late is not taken for a new one. */
enum { PER_INPUT = 2 * FFH_MAX_CALLS + FFH_MAX_HANDLES, PAGE = 4096, PAGES = 16 };
_Static_assert(PER_INPUT <= PAGE, "a page holds the cookies of one input");
static uint8_t cookies[PAGES][PAGE] __attribute__((aligned(PAGE)));
static unsigned page;
static ffh_callback_observer observer;
static atomic_uint_fast64_t count;

void *ffh_callbacks_cookie(const ffh_frame *frame) {
  return &cookies[page][frame->index % PER_INPUT];
}

void ffh_callbacks_begin_input(void) {
  page = (page + 1) % PAGES;
}

void ffh_callbacks_observe(const ffh_callback_observer *seen_by) {
  observer = *seen_by;
}

uint64_t ffh_callbacks_count(void) {
  return atomic_load_explicit(&count, memory_order_relaxed);
}

void ffh_callback_begin(ffh_crossing *crossing, const ffh_edge *edge, const void *cookie) {
  atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
  if (observer.entered != NULL) {
    observer.entered(edge, cookie);
  }
  ffh_cross_in(crossing, edge);
}

void ffh_callback_end(ffh_crossing *crossing) {
  ffh_cross_out(crossing);
  if (observer.left != NULL) {
    observer.left(crossing->edge);
  }
}

void ffh_reenter_begin(ffh_crossing *crossing, const ffh_function *function, const ffh_word *args) {
  const ffh_here *here = &ffh_here_now;
  if (observer.reenters != NULL) {
    bool inside = here->top != NULL && here->top->edge->kind == FFH_EDGE_CALLBACK &&
                  here->top->edge->to == FFH_SIDE_CALLER; /* or it is a facade's */
    observer.reenters(inside ? here->top->edge : NULL, function, args);
  }
  ffh_cross_in(crossing, &function->edge);
}

void ffh_reenter_end(ffh_crossing *crossing, const ffh_word *result) {
  ffh_cross_out(crossing);
  if (observer.reentered != NULL) {
    observer.reentered(crossing->edge, result);
  }
}

void ffh_callback_bytes(const void *bytes, size_t size) {
  if (size != 0 && __asan_loadN != NULL) {
    __asan_loadN(bytes, size);
  }
}

void ffh_callback_text(const char *text) {
  if (text != NULL) {
    ffh_callback_bytes(text, strlen(text) + 1);
  }
}
