/* work_stealing: the owner pops the last item of the deque without competing for it, while a thief
 * has read the same item and wins the top index (D. Chase, Y. Lev, "Dynamic Circular Work-Stealing
 * Deque", SPAA 2005, with the compare-and-swap of popBottom left out). Twin: with it. */
#include "suite.h"

#include <stdatomic.h>

enum { ITEMS = 3 };

typedef struct deque {
  bool fixed;
  atomic_int top, bottom;
  atomic_int items[ITEMS];
  atomic_int taken[ITEMS];
} deque;

static void take(deque *self, int item) {
  SUITE_CHECK(atomic_fetch_add(&self->taken[item], 1) == 0);
}

static void push(deque *self, int item) {
  int bottom = atomic_load(&self->bottom);
  atomic_store(&self->items[bottom], item);
  atomic_store(&self->bottom, bottom + 1);
}

static bool pop(deque *self) {
  int bottom = atomic_load(&self->bottom) - 1;
  atomic_store(&self->bottom, bottom);
  int top = atomic_load(&self->top);
  if (top > bottom) {
    atomic_store(&self->bottom, top);
    return false;
  }
  int item = atomic_load(&self->items[bottom]);
  if (top < bottom) {
    take(self, item);
    return true;
  }
  if (!self->fixed || atomic_compare_exchange_strong(&self->top, &top, top + 1)) {
    take(self, item);
  }
  atomic_store(&self->bottom, bottom + 1);
  return false;
}

static void steal(deque *self) {
  int top = atomic_load(&self->top);
  int bottom = atomic_load(&self->bottom);
  if (top >= bottom) {
    return;
  }
  int item = atomic_load(&self->items[top]);
  if (atomic_compare_exchange_strong(&self->top, &top, top + 1)) {
    take(self, item);
  }
}

static void use_deque(void *shared, int index) {
  deque *self = shared;
  if (index == 0) {
    for (int i = 0; i < ITEMS; i++) {
      push(self, i);
    }
    while (pop(self)) {
    }
    return;
  }
  for (int i = 0; i < ITEMS; i++) {
    steal(self);
  }
}

static void share_work(bool fixed) {
  deque self = {.fixed = fixed};
  suite_run(2, use_deque, &self);
}

SUITE_PAIR(work_stealing, share_work(fixed))
