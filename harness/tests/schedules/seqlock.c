/* seqlock: the reader checks that no write was going on when it started, but not that none came in
 * between. Twin: it compares the sequence again, and gives up after some attempts. */
#include "suite.h"

#include <stdatomic.h>

enum { ATTEMPTS = 3 };

typedef struct seqlock {
  bool fixed;
  atomic_uint sequence;
  atomic_int low, high;
} seqlock;

static void write_pair(seqlock *self) {
  atomic_fetch_add(&self->sequence, 1);
  atomic_store(&self->low, 1);
  atomic_store(&self->high, 1);
  atomic_fetch_add(&self->sequence, 1);
}

static void read_pair(seqlock *self) {
  for (int i = 0; i < ATTEMPTS; i++) {
    unsigned before = atomic_load(&self->sequence);
    int low = atomic_load(&self->low);
    int high = atomic_load(&self->high);
    bool whole = before % 2 == 0;
    if (whole && (!self->fixed || atomic_load(&self->sequence) == before)) {
      SUITE_CHECK(low == high);
      return;
    }
  }
}

static void use_seqlock(void *shared, int index) {
  if (index == 0) {
    write_pair(shared);
  } else {
    read_pair(shared);
  }
}

static void read_and_write(bool fixed) {
  seqlock self = {.fixed = fixed};
  suite_run(2, use_seqlock, &self);
}

SUITE_PAIR(seqlock, read_and_write(fixed))
