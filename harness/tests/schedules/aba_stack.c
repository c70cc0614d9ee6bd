/* aba_stack: a lock-free stack (R. K. Treiber, IBM RJ 5118, 1986) whose pop has read head A and
 * next B; before its compare-and-swap another thread pops A and B and pushes A again, and B is on
 * the stack while that thread owns it. Twin: a counter beside the head changes with every step. */
#include "suite.h"

#include <stdatomic.h>

enum { NODES = 3, NONE = NODES };

/* A head is a node's index, and above it the counter, which stays 0 in the wrong version. */
enum { TAG = 16 };

typedef struct stack {
  bool fixed;
  atomic_uint head;
  atomic_uint next[NODES];
  atomic_int owners[NODES];
} stack;

static unsigned pop(stack *self) {
  unsigned head = atomic_load(&self->head), next;
  do {
    if (head % TAG == NONE) {
      return NONE;
    }
    next = atomic_load(&self->next[head % TAG]);
    if (self->fixed) {
      next += head - head % TAG + TAG;
    }
  } while (!atomic_compare_exchange_strong(&self->head, &head, next));
  SUITE_CHECK(atomic_fetch_add(&self->owners[head % TAG], 1) == 0);
  return head % TAG;
}

static void push(stack *self, unsigned node) {
  unsigned head = atomic_load(&self->head), changed;
  atomic_fetch_sub(&self->owners[node], 1);
  do {
    atomic_store(&self->next[node], head % TAG);
    changed = self->fixed ? head - head % TAG + TAG + node : node;
  } while (!atomic_compare_exchange_strong(&self->head, &head, changed));
}

static void use_stack(void *shared, int index) {
  stack *self = shared;
  unsigned first = pop(self);
  if (index == 1) {
    pop(self);
    if (first != NONE) {
      push(self, first);
    }
  }
}

static void share_stack(bool fixed) {
  stack self = {.fixed = fixed};
  for (unsigned i = 0; i < NODES; i++) {
    self.next[i] = i + 1;
  }
  suite_run(2, use_stack, &self);
  for (int i = 0; i < NODES; i++) {
    pop(&self);
  }
}

SUITE_PAIR(aba_stack, share_stack(fixed))
