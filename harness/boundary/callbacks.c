#include "boundary/callbacks.h"

#include <stdatomic.h>
#include <string.h>

#include "base/asan.h"

/* One byte for each call of a plan and for its teardown: an address is all that a cookie has to be,
 * and what it points to must stay valid for as long as a callback may come. */
static uint8_t cookies[2 * FFH_MAX_CALLS + FFH_MAX_HANDLES];
static atomic_uint_fast64_t count;

void *ffh_callbacks_cookie(const ffh_frame *frame) {
  return &cookies[frame->index % sizeof cookies];
}

uint64_t ffh_callbacks_count(void) {
  return atomic_load_explicit(&count, memory_order_relaxed);
}

void ffh_callback_begin(ffh_crossing *crossing, const ffh_edge *edge, const void *cookie) {
  (void)cookie;
  atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
  ffh_cross_in(crossing, edge);
}

void ffh_callback_end(ffh_crossing *crossing) {
  ffh_cross_out(crossing);
}

void ffh_reenter_begin(ffh_crossing *crossing, const ffh_function *function, const ffh_word *args) {
  (void)args;
  ffh_cross_in(crossing, &function->edge);
}

void ffh_reenter_end(ffh_crossing *crossing, const ffh_word *result) {
  (void)result;
  ffh_cross_out(crossing);
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
