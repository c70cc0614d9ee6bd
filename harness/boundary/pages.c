#include "boundary/pages.h"

#include <sys/mman.h>

#include "base/asan.h"
#include "base/assert.h"

/* The number of pages bounds the number of mappings that alternating protections make. */
enum { PAGE = 4096, PAGES = 8192, LARGEST = 1 << 16 };

static uint8_t *memory; /* not accessible but for what is taken */
static size_t cursor;   /* the first page that may be taken next; the one before is not mapped */
static size_t taken;    /* pages of this input */

void ffh_pages_start(void) {
  if (memory != NULL) {
    return;
  }
  void *at = mmap(NULL, (size_t)PAGES * PAGE, PROT_NONE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  FFH_ASSERT(at != MAP_FAILED);
  memory = at;
  if (__asan_poison_memory_region != NULL) {
    __asan_poison_memory_region(memory, (size_t)PAGES * PAGE);
  }
  cursor = 1;
}

static size_t pages_for(size_t size, size_t align) {
  return (size + FFH_PAGES_BEFORE + align + PAGE - 1) / PAGE;
}

uint8_t *ffh_pages_take(size_t size, size_t align) {
  FFH_ASSERT(memory != NULL && align != 0 && (align & (align - 1)) == 0);
  if (size > LARGEST) {
    return NULL;
  }
  size_t n = pages_for(size, align);
  if (taken + n + 1 > PAGES / 2) {
    return NULL; /* what one input takes never runs into what the same input still borrows */
  }
  if (cursor + n + 1 > PAGES) {
    cursor = 1;
  }
  uint8_t *first = memory + cursor * PAGE;
  if (mprotect(first, n * PAGE, PROT_READ | PROT_WRITE) != 0) {
    return NULL;
  }
  cursor += n + 1;
  taken += n + 1;
  uintptr_t end = (uintptr_t)(first + n * PAGE);
  uint8_t *at = first + (((end - size) & ~(uintptr_t)(align - 1)) - (uintptr_t)first);
  if (__asan_unpoison_memory_region != NULL && size != 0) {
    __asan_unpoison_memory_region(at, size);
  }
  return at;
}

size_t ffh_pages_room(const uint8_t *at) {
  /* A copy of nothing may stand at the very end. */
  size_t from = (size_t)(at - memory);
  return (from + PAGE - 1) / PAGE * PAGE - from;
}

void ffh_pages_unmap(uint8_t *at, size_t size) {
  size_t first = (size_t)(at - memory - FFH_PAGES_BEFORE) / PAGE;
  size_t end = ((size_t)(at - memory) + size + PAGE - 1) / PAGE;
  /* Its content goes too, so that nothing is left when the page is taken again. */
  int failed = madvise(memory + first * PAGE, (end - first) * PAGE, MADV_DONTNEED);
  failed |= mprotect(memory + first * PAGE, (end - first) * PAGE, PROT_NONE);
  FFH_ASSERT(failed == 0);
  if (__asan_poison_memory_region != NULL) {
    __asan_poison_memory_region(memory + first * PAGE, (end - first) * PAGE);
  }
}

void ffh_pages_end_input(void) {
  taken = 0;
}

bool ffh_pages_have(const void *address) {
  const uint8_t *at = address;
  return memory != NULL && at >= memory && at < memory + (size_t)PAGES * PAGE;
}
