/* What lies before each block of the flavor native, and says whose it is: a header of 16 bytes, and
 * where stacks are kept a detail before that. Any pointer into a heap range may be asked about. */
#ifndef FFH_HOOKS_HEADER_JEMALLOC_H
#define FFH_HOOKS_HEADER_JEMALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boundary/block.h"
#include "ffh/cross.h"
#include "hooks/heap_jemalloc.h"

enum { FFH_HEADER_BYTES = 16, FFH_HEADER_LOG2 = 4 };

/* Lies before the block. */
typedef struct ffh_header {
  uint32_t size;
  uint32_t epoch; /* once freed: the block that was freed next, see ffh_heap_bin */
  uint64_t word;  /* the parts below */
} ffh_header;
_Static_assert(sizeof(ffh_header) == FFH_HEADER_BYTES, "blocks stay aligned");

/* Parts of header.word: where each begins. */
enum {
  FFH_AT_MARK = 0,       /* 16 bits, of the address: what was copied elsewhere is no header */
  FFH_AT_SIDE = 16,      /* 4 */
  FFH_AT_FAMILY = 20,    /* 3 */
  FFH_AT_OTHER = 23,     /* 1: the block is of no class of small blocks */
  FFH_AT_FREED = 24,     /* 1 */
  FFH_AT_DETAIL = 25,    /* 1: a detail lies before the header */
  FFH_AT_ALIGN = 26,     /* 5: log2 of what was asked for; 0: nothing was */
  FFH_AT_SPOKEN_OF = 31, /* 1: ffh_block.spoken_of */
  FFH_AT_THREAD = 32,    /* FFH_THREAD_BITS */
  FFH_AT_RUNTIME = 47,   /* 1: ffh_block.by_runtime */
  FFH_AT_CALL = 48       /* 16 */
};
enum { FFH_THREAD_BITS = 15 };
#define FFH_BIT(place) (UINT64_C(1) << (place))
#define FFH_BITS(width) (FFH_BIT(width) - 1)
/* What a free that is in order finds as it expects it. */
#define FFH_HEADER_CHECKED                                                                   \
  (FFH_BITS(16) << FFH_AT_MARK | FFH_BITS(4) << FFH_AT_SIDE | FFH_BITS(3) << FFH_AT_FAMILY | \
   FFH_BIT(FFH_AT_OTHER) | FFH_BIT(FFH_AT_FREED) | FFH_BIT(FFH_AT_DETAIL))

/* With stacks kept: lies before the header. Linked in the order of allocation. */
typedef struct ffh_detail {
  struct ffh_detail *older, *newer;
  uint64_t sequence;
  uint32_t thread;
  uint16_t inner, n_frames;
  uintptr_t frames[FFH_BLOCK_FRAMES];
} ffh_detail;
_Static_assert(sizeof(ffh_detail) % FFH_HEADER_BYTES == 0, "blocks stay aligned");

static inline uint64_t ffh_header_mark(const void *at) {
  return (((uintptr_t)at >> FFH_HEADER_LOG2) * UINT64_C(0x9e3779b97f4a7c15)) >> 48;
}

static inline unsigned ffh_header_part(const ffh_header *head, unsigned place, unsigned width) {
  return (unsigned)(head->word >> place & FFH_BITS(width));
}

static inline bool ffh_header_has(const ffh_header *head, unsigned place) {
  return (head->word >> place & 1) != 0;
}

static inline unsigned ffh_header_align_log2(const ffh_header *head) {
  return ffh_header_part(head, FFH_AT_ALIGN, 5);
}

static inline ffh_header *ffh_header_of(const void *at) {
  return (ffh_header *)(uintptr_t)at - 1;
}

static inline ffh_detail *ffh_detail_of(const void *at) {
  return (ffh_detail *)(void *)ffh_header_of(at) - 1;
}

/* Bytes between what jemalloc gave and the block. */
static inline size_t ffh_header_ahead(unsigned align_log2, bool with_detail) {
  size_t size = FFH_HEADER_BYTES + (with_detail ? sizeof(ffh_detail) : 0);
  size_t align = (size_t)1 << align_log2;
  return (size + align - 1) & ~(align - 1);
}

/* The header of what may be a block, live or freed; NULL when it is none. */
static inline ffh_header *ffh_header_known(const void *at, uint64_t home) {
  if (__builtin_expect(home >= FFH_HEAP_SIDES || (uintptr_t)at % FFH_HEADER_BYTES != 0, 0)) {
    return NULL;
  }
  ffh_header *head = ffh_header_of(at);
  return __builtin_expect(ffh_header_part(head, FFH_AT_MARK, 16) == ffh_header_mark(at), 1) ? head
                                                                                            : NULL;
}

static inline bool ffh_header_is_live(const void *at) {
  const ffh_header *head = ffh_header_of(at);
  return ffh_header_part(head, FFH_AT_MARK, 16) == ffh_header_mark(at) &&
         !ffh_header_has(head, FFH_AT_FREED) &&
         ffh_header_part(head, FFH_AT_SIDE, 4) != FFH_SIDE_HARNESS;
}

/* What header and detail say. `at` is a block, live or freed. */
void ffh_header_describe(const void *at, ffh_block *block);

/* The blocks with a detail, in the order of their allocation. Any thread; they lock. `at` has room
 * for a detail that is not filled in yet. */
void ffh_detail_keep(void *at);
void ffh_detail_drop(void *at);

/* Calls `see` for each block of that epoch until it returns false. Nobody else running. */
void ffh_detail_each(uint32_t epoch, bool (*see)(const ffh_block *block, void *context),
                     void *context);

#endif
