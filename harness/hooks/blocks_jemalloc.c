#include "hooks/malloc_jemalloc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/module.h"
#include "base/syscall.h"
#include "ffh/cross.h"
#include "hooks/header_jemalloc.h"
#include "hooks/heap_jemalloc.h"

enum {
  MAX_THREAD = (1 << FFH_THREAD_BITS) - 1, /* and all later ones */
  MAX_DELAYED = 1 << 16,                   /* bytes of a block that is kept back */
  MAX_LOG2_ALIGN = 30,
  MAX_SMALL = (FFH_HEAP_CLASSES - 1) * FFH_HEAP_UNIT - FFH_HEADER_BYTES, /* bytes of a block */
  MAX_BIN = 256,
  PURGE_FROM = 1 << 24 /* bytes of a block after whose free memory is given back */
};
#define MAX_SIZE (UINT64_C(2560) << 20) /* max_allocation_size_mb of sanitizers/asan.json */

ffh_native_state ffh_native;

/* The thread and the call that blocks are given, as in ffh_header.word; no thread yet. */
static _Thread_local uint64_t who __attribute__((tls_model("initial-exec"))) = FFH_BITS(16)
                                                                               << FFH_AT_CALL;

void ffh_alloc_set_call(uint16_t call) {
  who = (who & ~(FFH_BITS(16) << FFH_AT_CALL)) | (uint64_t)call << FFH_AT_CALL;
}

/* ---- counting ---- */

/* `present`: a block of this input. */
static inline void count(ffh_heap_slot *slot, bool present, int change) {
  if (__builtin_expect(slot->epoch != ffh_native.epoch, 0)) {
    slot->epoch = ffh_native.epoch;
    int64_t earlier = __atomic_exchange_n(&slot->live, 0, __ATOMIC_RELAXED);
    __atomic_fetch_add(&slot->older, earlier, __ATOMIC_RELAXED);
  }
  int64_t *counter = present ? &slot->live : &slot->older;
  if (__builtin_expect(ffh_heap_slot_is_shared(slot), 0)) {
    __atomic_fetch_add(counter, change, __ATOMIC_RELAXED);
    return;
  }
  *counter += change;
}

/* Whether the short ways of allocating and freeing, which call nothing, can be taken: the slot is
 * the thread's or its turn's, it counts this input's blocks already, and nothing more is kept. */
static inline bool is_quick(const ffh_heap_slot *slot, uint64_t side) {
  return (uintptr_t)slot > (uintptr_t)&ffh_heap_slots[0] && side != FFH_SIDE_HARNESS &&
         slot->epoch == ffh_native.epoch && !ffh_native.looks_closer;
}

/* ---- small blocks ---- */

static inline unsigned class_of(size_t size) {
  return (unsigned)((FFH_HEADER_BYTES + size + FFH_HEAP_UNIT - 1) / FFH_HEAP_UNIT) + (size == 0);
}

static inline void *block_at(uint64_t home, uint32_t place) {
  return (void *)(ffh_heap_low(home) + (uintptr_t)place * FFH_HEAP_UNIT);
}

static inline void *pop(ffh_heap_bin *bin, uint64_t home) {
  void *at = block_at(home, bin->oldest);
  bin->oldest = ffh_header_of(at)->epoch;
  bin->n--;
  return at;
}

static inline void push(ffh_heap_bin *bin, uint64_t home, void *at) {
  uint32_t place = (uint32_t)(((uintptr_t)at - ffh_heap_low(home)) / FFH_HEAP_UNIT);
  ffh_header_of(at)->epoch = 0;
  if (bin->n != 0) {
    ffh_header_of(block_at(home, bin->newest))->epoch = place;
  } else {
    bin->oldest = place;
  }
  bin->newest = place;
  bin->n++;
}

/* ---- allocating ---- */

static inline uint8_t home_of(uint8_t side) {
  return side < FFH_HEAP_SIDES ? side : FFH_HEAP_SIDES - 1;
}

__attribute__((noinline)) static void know_thread(void) {
  uint64_t thread = ffh_cross_thread();
  who = (who & ~(FFH_BITS(FFH_THREAD_BITS) << FFH_AT_THREAD)) |
        (thread < MAX_THREAD ? thread : MAX_THREAD) << FFH_AT_THREAD;
}

static inline void *write_header(void *at, size_t size, uint64_t side, uint64_t is) {
  ffh_header *head = ffh_header_of(at);
  head->size = (uint32_t)size;
  head->epoch = ffh_native.epoch;
  head->word = is | who | (side & FFH_BITS(4)) << FFH_AT_SIDE | ffh_header_mark(at) << FFH_AT_MARK;
  return at;
}

/* `is` holds bits of header.word. */
static inline void *begin(ffh_heap_slot *slot, void *at, size_t size, uint8_t side, uint64_t is) {
  if (side != FFH_SIDE_HARNESS) {
    if (__builtin_expect((who >> FFH_AT_THREAD & FFH_BITS(FFH_THREAD_BITS)) == 0, 0)) {
      know_thread();
    }
    count(slot, true, 1);
  }
  return write_header(at, size, side, is);
}

/* What has no class: large, aligned, or with a detail before it. */
__attribute__((noinline)) static void *allocate_other(ffh_heap_slot *slot, size_t size,
                                                      unsigned align_log2, uint64_t is, bool zero,
                                                      bool with_detail) {
  unsigned align_flag = align_log2 > FFH_HEADER_LOG2 ? align_log2 : 0;
  if (size > MAX_SIZE || align_log2 > MAX_LOG2_ALIGN) {
    return NULL;
  }
  uint8_t side = ffh_here_now.side;
  size_t before = ffh_header_ahead(align_flag, with_detail);
  uint8_t *raw = ffh_heap_take(slot, before + size, home_of(side), (int)align_flag, zero);
  if (raw == NULL) {
    return NULL;
  }
  is |= FFH_BIT(FFH_AT_OTHER) | (with_detail ? FFH_BIT(FFH_AT_DETAIL) : 0);
  void *at = begin(slot, raw + before, size, side, is);
  if (with_detail) {
    ffh_detail_keep(at);
  }
  return at;
}

static inline uint64_t kind_of(unsigned align_log2, uint8_t family) {
  return (uint64_t)(family & FFH_BITS(3)) << FFH_AT_FAMILY | (uint64_t)(align_log2 & FFH_BITS(5))
                                                                 << FFH_AT_ALIGN;
}

/* What a tagged archive has the runtime allocate for it is on whose side it was called: only the
 * caller tells. */
static uint64_t asked_by(uint8_t side, const void *caller) {
  bool is_open = ffh_native.asks_who && side != FFH_SIDE_HARNESS && side < FFH_SIDE_TAGGED;
  return is_open && ffh_module_is_noted((uintptr_t)caller) ? FFH_BIT(FFH_AT_RUNTIME) : 0;
}

__attribute__((noinline)) static void *allocate_slowly(size_t size, unsigned align_log2,
                                                       uint8_t family, bool zero,
                                                       const void *caller) {
  uint8_t side = ffh_here_now.side;
  ffh_heap_slot *slot = ffh_heap_slot_mine();
  bool with_detail = ffh_native.keeps_details && side != FFH_SIDE_HARNESS;
  uint64_t is = kind_of(align_log2, family) | asked_by(side, caller);
  if (__builtin_expect(size > MAX_SMALL || align_log2 > FFH_HEADER_LOG2 || with_detail, 0)) {
    return allocate_other(slot, size, align_log2, is, zero, with_detail);
  }
  uint8_t home = home_of(side);
  unsigned class = class_of(size);
  ffh_heap_bin *bin = &slot->bins[home][class];
  void *at;
  if (__builtin_expect(bin->n > FFH_HEAP_DELAY, 1)) {
    at = pop(bin, home);
    if (zero) {
      memset(at, 0, size);
    }
  } else {
    uint8_t *raw = ffh_heap_take(slot, (size_t)class * FFH_HEAP_UNIT, home, 0, zero);
    if (__builtin_expect(raw == NULL, 0)) {
      return NULL;
    }
    at = raw + FFH_HEADER_BYTES;
  }
  return begin(slot, at, size, side, is);
}

void *ffh_native_allocate(size_t size, size_t align, uint8_t family, bool zero,
                          const void *caller) {
  unsigned align_log2 = align == 0 ? 0 : (unsigned)__builtin_ctzl(align);
  ffh_heap_slot *slot = ffh_caches_mine;
  uint8_t side = ffh_here_now.side, home = home_of(side);
  if (__builtin_expect(!is_quick(slot, side) || zero || size > MAX_SMALL ||
                           align_log2 > FFH_HEADER_LOG2 ||
                           (who >> FFH_AT_THREAD & FFH_BITS(FFH_THREAD_BITS)) == 0,
                       0)) {
    return allocate_slowly(size, align_log2, family, zero, caller);
  }
  ffh_heap_bin *bin = &slot->bins[home][class_of(size)];
  if (__builtin_expect(bin->n <= FFH_HEAP_DELAY, 0)) {
    return allocate_slowly(size, align_log2, family, zero, caller);
  }
  slot->live++;
  return write_header(pop(bin, home), size, side, kind_of(align_log2, family));
}

/* ---- freeing ---- */

/* What is wrong with freeing the block that way. Of the harness's own blocks nothing is known.
 * The order is the ledger's (check/ledger.c). */
static ffh_free_fault judge(const ffh_header *head, uint8_t side, size_t size, size_t align,
                            uint8_t family) {
  unsigned owner = ffh_header_part(head, FFH_AT_SIDE, 4);
  if (owner == FFH_SIDE_HARNESS || side == FFH_SIDE_HARNESS) {
    return FFH_FREE_OK;
  }
  if (ffh_header_part(head, FFH_AT_FAMILY, 3) != family) {
    return FFH_FREE_FAMILY;
  }
  bool same = family != FFH_FAMILY_RUST ||
              (size == head->size && align == (size_t)1 << ffh_header_align_log2(head));
  if (!same) {
    return FFH_FREE_LAYOUT;
  }
  return ffh_block_may_free((uint8_t)owner, ffh_header_has(head, FFH_AT_SPOKEN_OF), side)
             ? FFH_FREE_OK
             : FFH_FREE_CROSS_SIDE;
}

/* Before there is anyone to tell, the process ends as it does with libc. */
__attribute__((noinline)) static void fault(ffh_free_fault what, const void *at, size_t size,
                                            size_t align, uint8_t family) {
  ffh_block block;
  if (what != FFH_FREE_INVALID) {
    ffh_header_describe(at, &block);
  }
  ffh_freeing freeing = {.address = (uintptr_t)at,
                         .size = size,
                         .align = (uint32_t)align,
                         .thread = ffh_cross_thread(),
                         .call = (uint16_t)(who >> FFH_AT_CALL),
                         .side = ffh_here_now.side,
                         .family = family};
  if (ffh_native.tell != NULL) {
    ffh_native.tell(what, what == FFH_FREE_INVALID ? NULL : &block, &freeing);
  } else if (what == FFH_FREE_INVALID || what == FFH_FREE_TWICE) {
    static const char invalid[] = "free(): invalid pointer\n", twice[] = "free(): double free\n";
    const char *said = what == FFH_FREE_TWICE ? twice : invalid;
    ffh_syscall(SYS_write, STDERR_FILENO, (long)said, (long)strlen(said), 0, 0, 0);
    abort();
  }
}

/* The memory of a block goes back to jemalloc, as a rule some frees later: until then a second free
 * is seen for what it is. */
static void release_other(ffh_heap_slot *slot, const ffh_header *head, void *at, unsigned home) {
  unsigned align_flag =
      ffh_header_align_log2(head) > FFH_HEADER_LOG2 ? ffh_header_align_log2(head) : 0;
  size_t before = ffh_header_ahead(align_flag, ffh_header_has(head, FFH_AT_DETAIL));
  ffh_heap_freed freed = {(uint8_t *)at - before, before + head->size, (int)align_flag, (int)home};
  if (head->size <= MAX_DELAYED && !ffh_heap_slot_is_shared(slot)) {
    ffh_heap_freed *place = &slot->freed[slot->next];
    slot->next = (slot->next + 1) % FFH_HEAP_DELAY;
    ffh_heap_freed earlier = *place;
    *place = freed;
    freed = earlier;
  }
  if (freed.raw != NULL) {
    ffh_native.wants_purge = ffh_native.wants_purge || freed.total >= PURGE_FROM;
    ffh_heap_give_back(slot, freed.raw, freed.total, (unsigned)freed.home, freed.align_flag);
  }
}

__attribute__((noinline)) static void give_back_small(ffh_heap_slot *slot, void *at, uint64_t home,
                                                      unsigned class) {
  ffh_heap_give_back(slot, ffh_header_of(at), (size_t)class * FFH_HEAP_UNIT, (unsigned)home, 0);
}

static inline void release_small(ffh_heap_slot *slot, const ffh_header *head, void *at,
                                 uint64_t home) {
  unsigned class = class_of(head->size);
  ffh_heap_bin *bin = &slot->bins[home][class];
  if (__builtin_expect(ffh_heap_slot_is_shared(slot), 0)) {
    give_back_small(slot, at, home, class);
    return;
  }
  push(bin, home, at);
  if (__builtin_expect(bin->n > MAX_BIN, 0)) {
    give_back_small(slot, pop(bin, home), home, class);
  }
}

/* What is not in order, or of no class. */
__attribute__((noinline)) static void free_other(void *at, size_t size, size_t align,
                                                 uint8_t family) {
  if (at == NULL || ffh_heap_is_early(at)) {
    return;
  }
  uint64_t home = ffh_heap_home(at);
  ffh_header *head = ffh_header_known(at, home);
  if (head == NULL || ffh_header_has(head, FFH_AT_FREED)) {
    fault(head == NULL ? FFH_FREE_INVALID : FFH_FREE_TWICE, at, size, align, family);
    return;
  }
  ffh_free_fault wrong = judge(head, ffh_here_now.side, size, align, family);
  if (wrong != FFH_FREE_OK) {
    fault(wrong, at, size, align, family);
  }
  ffh_heap_slot *slot = ffh_heap_slot_mine();
  if (ffh_header_part(head, FFH_AT_SIDE, 4) != FFH_SIDE_HARNESS) {
    count(slot, head->epoch == ffh_native.epoch, -1);
  }
  if (ffh_header_has(head, FFH_AT_DETAIL)) {
    ffh_detail_drop(at);
  }
  head->word |= FFH_BIT(FFH_AT_FREED);
  if (ffh_header_has(head, FFH_AT_OTHER)) {
    release_other(slot, head, at, (unsigned)home);
  } else {
    release_small(slot, head, at, home);
  }
}

void ffh_native_free(void *at, size_t size, size_t align, uint8_t family) {
  uint64_t home = ffh_heap_home(at);
  uint64_t side = ffh_here_now.side;
  uint64_t expected =
      ffh_header_mark(at) << FFH_AT_MARK | side << FFH_AT_SIDE | (uint64_t)family << FFH_AT_FAMILY;
  ffh_header *head = ffh_header_of(at);
  ffh_heap_slot *slot = ffh_caches_mine;
  if (__builtin_expect(home >= FFH_HEAP_SIDES || (uintptr_t)at % FFH_HEADER_BYTES != 0 ||
                           (head->word & FFH_HEADER_CHECKED) != expected ||
                           family == FFH_FAMILY_RUST || !is_quick(slot, side),
                       0)) {
    free_other(at, size, align, family);
    return;
  }
  *(head->epoch == ffh_native.epoch ? &slot->live : &slot->older) -= 1;
  head->word |= FFH_BIT(FFH_AT_FREED);
  release_small(slot, head, at, home);
}

size_t ffh_native_size(const void *at) {
  const ffh_header *head = at == NULL ? NULL : ffh_header_known(at, ffh_heap_home(at));
  return head == NULL || ffh_header_has(head, FFH_AT_FREED) ? 0 : head->size;
}

/* The block, where it is, with another size. */
static bool resize(void *at, size_t size, const void *caller) {
  ffh_header *head = ffh_header_of(at);
  if (ffh_heap_is_early(at) || ffh_header_align_log2(head) > FFH_HEADER_LOG2 ||
      head->epoch != ffh_native.epoch ||
      ffh_header_part(head, FFH_AT_SIDE, 4) != ffh_here_now.side || size > MAX_SIZE) {
    return false; /* a new block says more */
  }
  bool was_small = !ffh_header_has(head, FFH_AT_OTHER),
       gets_small = size <= MAX_SMALL && !ffh_header_has(head, FFH_AT_DETAIL);
  size_t before = ffh_header_ahead(0, ffh_header_has(head, FFH_AT_DETAIL));
  if (was_small != gets_small ||
      (was_small ? class_of(size) != class_of(head->size)
                 : !ffh_heap_resize(ffh_heap_slot_mine(), (uint8_t *)at - before, before + size,
                                    (unsigned)ffh_heap_home(at)))) {
    return false;
  }
  head->size = (uint32_t)size;
  head->word = (head->word & ~(FFH_BITS(16) << FFH_AT_CALL | FFH_BIT(FFH_AT_RUNTIME))) |
               (who & FFH_BITS(16) << FFH_AT_CALL) | asked_by(ffh_here_now.side, caller);
  return true;
}

void *ffh_native_reallocate(void *at, size_t size, size_t old_size, size_t align, uint8_t family,
                            const void *caller) {
  if (at == NULL) {
    return ffh_native_allocate(size, align, family, false, caller);
  }
  const ffh_header *head =
      ffh_heap_is_early(at) ? ffh_header_of(at) : ffh_header_known(at, ffh_heap_home(at));
  if (head == NULL || ffh_header_has(head, FFH_AT_FREED)) {
    ffh_native_free(at, old_size, align, family); /* tells */
    return NULL;
  }
  ffh_free_fault wrong = judge(head, ffh_here_now.side, old_size, align, family);
  if (wrong == FFH_FREE_OK && resize(at, size, caller)) {
    return at;
  }
  void *moved = ffh_native_allocate(size, align, family, false, caller);
  if (moved != NULL) {
    memcpy(moved, at, size < head->size ? size : head->size);
    ffh_native_free(at, old_size, align, family);
  }
  return moved;
}
