#include "own.h"

#include <pthread.h>

#include <csetjmp>
#include <stdexcept>

#include "harness/tests/rules/contract.h"

void ring_returns(void *) {}

void ring_throws(void *) {
  throw std::logic_error("out of a callback");
}

void ring_exits(void *) {
  pthread_exit(nullptr);
}

static jmp_buf outside;

static void ring_leaves(void *) {
  longjmp(outside, 1);
}

void ring_jumps(void *) {
  if (setjmp(outside) == 0) {
    callback_escape_any(ring_leaves, nullptr);
  }
}

void ring_calls_leave(void *) {
  longjmp_leave();
}

void ring_asks(bell *self) {
  bell_ask(self);
}

void ring_asks_and_counts(bell *self) {
  bell_ask(self);
  bell_count();
}

void ring_ends(bell *self) {
  bell_destroy(self);
}
