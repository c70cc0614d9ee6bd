/* Ways out of the library and out of its callbacks. */
#include <pthread.h>

#include <csetjmp>

#include "harness/tests/rules/contract.h"

static jmp_buf inside;
static bool may_jump;

struct bell {
  int unused;
};

static void ring_and_be_left(ring on_ring, void *context, bool jumping) {
  may_jump = jumping;
  if (setjmp(inside) == 0) {
    on_ring(context);
  }
  may_jump = false;
}

extern "C" {

void thread_exit_bad(void) {
  pthread_exit(nullptr);
}

static void *end(void *) {
  pthread_exit(nullptr);
}

void thread_exit_good(void) {
  pthread_t own;
  if (pthread_create(&own, nullptr, end, nullptr) == 0) {
    pthread_join(own, nullptr);
  }
}

bell *bell_create(void) {
  return new bell();
}

void bell_destroy(bell *self) {
  delete self;
}

void longjmp_bad(ring on_ring, void *context) {
  ring_and_be_left(on_ring, context, true);
}

void longjmp_good(ring on_ring, void *context) {
  ring_and_be_left(on_ring, context, false);
}

void longjmp_leave(void) {
  jmp_buf near;
  volatile bool jumped = false;
  if (may_jump) {
    longjmp(inside, 1);
  }
  if (setjmp(near) == 0) {
    jumped = true;
    longjmp(near, 1);
  }
}

void callback_escape_any(ring on_ring, void *context) {
  on_ring(context);
}

}  // extern "C"
