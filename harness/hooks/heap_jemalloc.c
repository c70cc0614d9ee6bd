#include "hooks/heap_jemalloc.h"

#include <jemalloc/jemalloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "base/assert.h"
#include "base/syscall.h"
#include "hooks/jemalloc.h"

enum { TURN = 1, PAGE = 4096, EARLY_BYTES = 1 << 16, EARLY_ALIGN = 16, MAX_CTL_NAME = 32 };

/* Nothing is given back by time, and no thread of jemalloc's own is started. */
const char *ffh_je_malloc_conf =
    "narenas:1,dirty_decay_ms:-1,muzzy_decay_ms:-1,background_thread:false";

static _Thread_local bool is_ending __attribute__((tls_model("initial-exec")));

typedef struct heap_range {
  extent_hooks_t hooks; /* first: jemalloc gives its address */
  atomic_uintptr_t used;
  uintptr_t low, high;
  unsigned arena;
} heap_range;

static heap_range ranges[FFH_HEAP_SIDES];
ffh_heap_slot ffh_heap_slots[FFH_HEAP_SLOTS];
static atomic_bool taken[FFH_HEAP_SLOTS];
static atomic_uint n_slots; /* that were ever taken */
static pthread_key_t ending;

enum { COLD, STARTING, READY };
static atomic_int state;
static _Thread_local bool is_starting __attribute__((tls_model("initial-exec")));
static _Alignas(EARLY_ALIGN) uint8_t early[EARLY_BYTES];
static atomic_size_t early_used;

/* ---- ranges ---- */

static void *carve(extent_hooks_t *hooks, void *wanted, size_t size, size_t alignment, bool *zero,
                   bool *commit, unsigned arena) {
  (void)arena;
  heap_range *range = (heap_range *)(void *)hooks;
  if (wanted != NULL) {
    return NULL;
  }
  uintptr_t used = atomic_load_explicit(&range->used, memory_order_relaxed), start;
  do {
    start = (used + alignment - 1) & ~(alignment - 1);
    if (start > range->high || size > range->high - start) {
      return NULL;
    }
  } while (!atomic_compare_exchange_weak(&range->used, &used, start + size));
  *zero = true; /* a fresh mapping */
  *commit = true;
  return (void *)start;
}

static bool purge(extent_hooks_t *hooks, void *at, size_t size, size_t offset, size_t length,
                  unsigned arena) {
  (void)hooks, (void)size, (void)arena;
  return madvise((uint8_t *)at + offset, length, MADV_DONTNEED) != 0;
}

static bool split(extent_hooks_t *hooks, void *at, size_t size, size_t a, size_t b, bool committed,
                  unsigned arena) {
  (void)hooks, (void)at, (void)size, (void)a, (void)b, (void)committed, (void)arena;
  return false;
}

static bool merge(extent_hooks_t *hooks, void *a, size_t a_size, void *b, size_t b_size,
                  bool committed, unsigned arena) {
  (void)hooks, (void)a, (void)a_size, (void)b, (void)b_size, (void)committed, (void)arena;
  return false;
}

static void make_range(unsigned home) {
  heap_range *range = &ranges[home];
  range->hooks =
      (extent_hooks_t){.alloc = carve, .purge_forced = purge, .split = split, .merge = merge};
  range->low = (uintptr_t)(FFH_HEAP_BASE + ((uint64_t)home << FFH_HEAP_RANGE_BITS));
  range->high = range->low + (UINT64_C(1) << FFH_HEAP_RANGE_BITS);
  atomic_init(&range->used, range->low);
  extent_hooks_t *hooks = &range->hooks;
  size_t size = sizeof range->arena;
  int rc = ffh_je_mallctl("arenas.create", &range->arena, &size, (void *)&hooks,
                          sizeof(extent_hooks_t *));
  FFH_ASSERT(rc == 0);
}

static void on_thread_end(void *argument) {
  ffh_heap_slot *slot = argument;
  is_ending = true; /* other destructors may still allocate */
  ffh_caches_drop();
  atomic_store(&taken[slot - ffh_heap_slots], false);
}

static void start(void) {
  is_starting = true;
  /* A page more: what lies before a block may be read. */
  size_t size = ((size_t)FFH_HEAP_SIDES << FFH_HEAP_RANGE_BITS) + PAGE;
  void *wanted = (void *)(uintptr_t)(FFH_HEAP_BASE - PAGE);
  long got = ffh_syscall(SYS_mmap, (long)wanted, (long)size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if ((void *)got != wanted) {
    static const char said[] =
        "ffihammer: cannot start: 1 TiB of addresses cannot be reserved: lift ulimit -v\n";
    ffh_syscall(SYS_write, 2, (long)said, sizeof said - 1, 0, 0, 0);
    ffh_syscall(SYS_exit_group, 1, 0, 0, 0, 0, 0);
  }
  for (unsigned i = 0; i < FFH_HEAP_SIDES; i++) {
    make_range(i);
  }
  int rc = pthread_key_create(&ending, on_thread_end);
  FFH_ASSERT(rc == 0);
  taken[0] = true;
  taken[TURN] = true;
  n_slots = TURN + 1;
  ffh_caches_start(&ffh_heap_slots[TURN], &ffh_heap_slots[0]);
  for (unsigned i = 0; i < FFH_HEAP_SIDES; i++) {
    ffh_heap_slots[0].flags[i] = MALLOCX_ARENA(ranges[i].arena) | MALLOCX_TCACHE_NONE;
  }
  is_starting = false;
}

/* False while the calling thread itself is getting the allocator ready. */
static bool is_ready(void) {
  if (__builtin_expect(atomic_load_explicit(&state, memory_order_acquire) == READY, 1)) {
    return true;
  }
  if (is_starting) {
    return false;
  }
  int seen = COLD;
  if (atomic_compare_exchange_strong(&state, &seen, STARTING)) {
    start();
    atomic_store_explicit(&state, READY, memory_order_release);
  }
  while (atomic_load_explicit(&state, memory_order_acquire) != READY) {
    ffh_syscall(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
  }
  return true;
}

/* ---- threads ---- */

ffh_heap_slot *ffh_heap_enter(void) {
  if (!is_ready()) {
    return &ffh_heap_slots[0];
  }
  ffh_caches_mine = &ffh_heap_slots[0];
  for (unsigned i = 1; i < FFH_HEAP_SLOTS && !is_ending; i++) {
    if (!atomic_exchange(&taken[i], true)) {
      unsigned known = atomic_load(&n_slots);
      while (known <= i && !atomic_compare_exchange_weak(&n_slots, &known, i + 1)) {
      }
      ffh_caches_mine = &ffh_heap_slots[i];
      pthread_setspecific(ending, &ffh_heap_slots[i]); /* may allocate */
      break;
    }
  }
  return ffh_caches_mine;
}

/* For mallocx and its like; 0 while the allocator itself is being set up. */
__attribute__((noinline)) static int make_flags(ffh_heap_slot *slot, unsigned home) {
  if (is_starting) {
    return 0;
  }
  unsigned cache = 0;
  size_t size = sizeof cache;
  int rc = ffh_je_mallctl("tcache.create", &cache, &size, NULL, 0);
  slot->flags[home] =
      MALLOCX_ARENA(ranges[home].arena) | (rc == 0 ? MALLOCX_TCACHE(cache) : MALLOCX_TCACHE_NONE);
  return slot->flags[home];
}

static inline int flags_of(ffh_heap_slot *slot, unsigned home) {
  int flags = slot->flags[home];
  return __builtin_expect(flags != 0, 1) ? flags : make_flags(slot, home);
}

int64_t ffh_heap_live(uint32_t epoch) {
  int64_t live = 0;
  unsigned n = atomic_load(&n_slots);
  for (unsigned i = 0; i < n; i++) {
    live += ffh_heap_slots[i].epoch == epoch ? ffh_heap_slots[i].live : 0;
  }
  return live;
}

int64_t ffh_heap_live_ever(void) {
  int64_t live = 0;
  unsigned n = atomic_load(&n_slots);
  for (unsigned i = 0; i < n; i++) {
    live += ffh_heap_slots[i].live + ffh_heap_slots[i].older;
  }
  return live;
}

/* ---- memory ---- */

static void *take_early(size_t total, int align_flag) {
  size_t align = align_flag == 0 ? EARLY_ALIGN : (size_t)1 << align_flag;
  size_t start = (atomic_fetch_add(&early_used, total + align) + align - 1) & ~(align - 1);
  return start + total <= EARLY_BYTES ? early + start : NULL;
}

bool ffh_heap_is_early(const void *at) {
  return (uintptr_t)at - (uintptr_t)early < EARLY_BYTES;
}

void *ffh_heap_take(ffh_heap_slot *slot, size_t total, unsigned home, int align_flag, bool zero) {
  int flags = flags_of(slot, home);
  if (__builtin_expect(flags == 0, 0)) {
    return take_early(total, align_flag);
  }
  return ffh_je_mallocx(total, flags | align_flag | (zero ? MALLOCX_ZERO : 0));
}

void ffh_heap_give_back(ffh_heap_slot *slot, void *raw, size_t total, unsigned home,
                        int align_flag) {
  ffh_je_sdallocx(raw, total, flags_of(slot, home) | align_flag);
}

bool ffh_heap_resize(ffh_heap_slot *slot, void *raw, size_t total, unsigned home) {
  int flags = flags_of(slot, home);
  /* Equal: the block is given back by its size, which says its class. */
  return ffh_je_xallocx(raw, total, 0, flags) == ffh_je_nallocx(total, flags);
}

uintptr_t ffh_heap_high(unsigned home) {
  return atomic_load_explicit(&ranges[home].used, memory_order_relaxed);
}

void ffh_heap_purge(void) {
  for (unsigned home = 0; home < FFH_HEAP_SIDES; home++) {
    if (ffh_heap_high(home) != ffh_heap_low(home)) {
      char name[MAX_CTL_NAME] = "arena.";
      size_t n = sizeof "arena." - 1;
      unsigned arena = ranges[home].arena;
      if (arena >= 10) {
        name[n++] = (char)('0' + arena / 10);
      }
      name[n++] = (char)('0' + arena % 10);
      memcpy(name + n, ".purge", sizeof ".purge");
      ffh_je_mallctl(name, NULL, NULL, NULL, 0);
    }
  }
}
