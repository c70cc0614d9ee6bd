/* C: what allocations return has to be looked at, and what was taken before has to be given back.
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "harness/tests/failing/contract.h"

struct pair {
  void *first, *second;
};

static _Thread_local void *volatile kept; /* or the compiler sees that a block is not needed */

static void *table; /* for as long as the library is in use */
static int forgets;

void failing_init(void) {
  table = malloc(16);
}

void failing_fini(void) {
  if (!forgets) {
    free(table);
  }
  table = NULL;
}

void failing_forget(void) {
  forgets = 1;
}

static int32_t make(pair **out, int careful) {
  pair *self = calloc(1, sizeof *self);
  if (self == NULL) {
    return 3;
  }
  self->first = malloc(24);
  self->second = malloc(24);
  if (self->first == NULL || self->second == NULL) {
    if (careful) {
      free(self->first);
      free(self->second);
    }
    free(self);
    return 3;
  }
  *out = self;
  return 0;
}

int32_t c_leak_bad(pair **out) {
  return make(out, 0);
}

int32_t c_leak_good(pair **out) {
  return make(out, 1);
}

void pair_destroy(pair *self) {
  if (self != NULL) {
    free(self->first);
    free(self->second);
    free(self);
  }
}

static int32_t fill(uint32_t size, int32_t without, int careful) {
  kept = malloc(size);
  if (careful && kept == NULL) {
    return without;
  }
  memset(kept, 1, size);
  free(kept);
  return 0;
}

int32_t c_crash_bad(uint32_t size) {
  return fill(size, 3, 0);
}

int32_t c_crash_good(uint32_t size) {
  return fill(size, 3, 1);
}

int32_t c_status_bad(uint32_t size) {
  return fill(size, 1, 1);
}

int32_t c_status_good(uint32_t size) {
  return fill(size, 3, 1);
}

int32_t c_without(uint32_t size) {
  return fill(size, 0, 1);
}

static int32_t failed(void *block) {
  kept = block;
  int32_t none = kept == NULL;
  free(kept);
  return none;
}

int32_t c_count(void) {
  void *aligned = NULL, *grown = realloc(NULL, 8), *resized = reallocarray(NULL, 2, 8);
  int32_t n = failed(malloc(8)) + failed(calloc(1, 8)) + failed(aligned_alloc(64, 64)) +
              failed(memalign(64, 64)) + failed(strdup("text")) + failed(strndup("text", 2));
  if (posix_memalign(&aligned, 64, 64) != 0) {
    aligned = NULL;
  }
  return n + failed(aligned) + failed(grown) + failed(resized);
}

int32_t c_visit(visitor visit) {
  int32_t n = failed(malloc(8));
  visit();
  return n + failed(malloc(8));
}
