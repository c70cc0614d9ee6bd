#include "base/stack.h"

#include <pthread.h>
#include <string.h>

__thread ffh_stack ffh_stack_here __attribute__((tls_model("initial-exec")));

void ffh_stack_find(void) {
  pthread_attr_t attributes;
  void *low = NULL;
  size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
    pthread_attr_getstack(&attributes, &low, &size);
    pthread_attr_destroy(&attributes);
  }
  ffh_stack_here = (ffh_stack){.low = (uintptr_t)low, .high = (uintptr_t)low + size};
}

static int is_inside(const ffh_stack *stack, uintptr_t frame) {
  return frame >= stack->low && frame + 2 * sizeof frame <= stack->high &&
         frame % sizeof frame == 0;
}

/* A frame's first word is the caller's frame, the second the return address. */
unsigned ffh_stack_walk(const ffh_stack *stack, uintptr_t frame, uintptr_t *frames, unsigned room) {
  unsigned n = 0;
  while (n < room && is_inside(stack, frame)) {
    uintptr_t words[2];
    memcpy(words, (const void *)frame, sizeof words);
    frames[n++] = words[1];
    if (words[0] <= frame) {
      break;
    }
    frame = words[0];
  }
  return n;
}
