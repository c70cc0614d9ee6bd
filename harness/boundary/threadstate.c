#include "boundary/threadstate.h"

#include <fenv.h>
#include <locale.h>
#include <pthread.h>
#include <stddef.h>

#include "base/id.h"

static uint64_t floating_control(void) {
#if defined(__x86_64__)
  enum { MXCSR_CONTROL = 0xffc0 }; /* the others say what has happened since */
  uint32_t sse = 0;
  uint16_t x87 = 0;
  __asm__ volatile("stmxcsr %0" : "=m"(sse));
  __asm__ volatile("fnstcw %0" : "=m"(x87));
  return (uint64_t)x87 << 32 | (sse & MXCSR_CONTROL);
#else
  return (uint64_t)(uint32_t)fegetround();
#endif
}

void ffh_thread_state_take(bool with_mask, ffh_thread_state *state) {
  state->floating = floating_control();
  state->locale = (const void *)uselocale((locale_t)0);
  const char *global = setlocale(LC_ALL, NULL);
  state->global_locale = global == NULL ? 0 : ffh_id(global);
  /* Set to what they are as a rule, and back. */
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state->cancel_state);
  pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &state->cancel_type);
  if (state->cancel_type != PTHREAD_CANCEL_DEFERRED) {
    pthread_setcanceltype(state->cancel_type, NULL);
  }
  pthread_setcancelstate(state->cancel_state, NULL);
  state->has_mask = with_mask && pthread_sigmask(SIG_BLOCK, NULL, &state->mask) == 0;
}
