#include "boundary/arena.h"

#include <string.h>
#include <sys/mman.h>

#include "base/asan.h"
#include "base/assert.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "boundary/pages.h"

enum { GUARD = 32, MAX_REGIONS = 1 << 14, EXPIRED = 0xdd };
enum { CANARY = 0xc7, BEFORE = FFH_PAGES_BEFORE, BEHIND = 16 };
_Static_assert(BEFORE + BEHIND <= GUARD, "canaries of neighbours do not meet");
enum { GRAIN = 8, POISONED = 0xf7 }; /* of AddressSanitizer */

static uint8_t *memory;
typedef uint64_t shadow_word __attribute__((aligned(1), may_alias));
static uint8_t *shadow; /* NULL: there is none, or it is laid out otherwise */
static const uint8_t *sparse;
static size_t cursor;

/* A ring as well; a region that is still live when its record comes round again stops being named,
 * which costs a name in a report and nothing else. */
static ffh_region regions[MAX_REGIONS];
static uint32_t n_regions;   /* ever taken */
static uint32_t first_open;  /* no region before it is live */
static uint32_t input_start; /* n_regions when the input began */
static size_t input_bytes;

static ffh_breach breach;
static ffh_region breached;

static void poison(const void *at, size_t size) {
  if (__asan_poison_memory_region != NULL) {
    __asan_poison_memory_region(at, size);
  }
}

/* The shadow of `memory`, which the arena writes itself: what __asan_poison_memory_region does, for
 * regions that start on the grain and end in poisoned memory. */
__attribute__((no_sanitize("address"))) static void find_shadow(void) {
  size_t scale, offset;
  if (__asan_get_shadow_mapping == NULL) {
    return;
  }
  __asan_get_shadow_mapping(&scale, &offset);
  if (scale == 3) {
    uint8_t *found = (uint8_t *)(((uintptr_t)memory >> scale) + offset);
    /* Not when the options switch user poisoning off. */
    shadow = found[0] == POISONED && found[FFH_ARG_ARENA / GRAIN - 1] == POISONED ? found : NULL;
  }
}

/* Shadow has no shadow: our own unit tests, which are instrumented, must not look for it. */
__attribute__((no_sanitize("address"))) static void shade(size_t at, uint8_t value, size_t n) {
  const uint64_t word = value * UINT64_C(0x0101010101010101);
  uint8_t *of = shadow + at / GRAIN;
  for (; n >= sizeof word; n -= sizeof word, of += sizeof word) {
    FFH_BYTES_OPAQUE(of);
    *(shadow_word *)of = word;
  }
  for (; n != 0; n--, of++) {
    FFH_BYTES_OPAQUE(of);
    *of = value;
  }
}

static void open_region(size_t at, size_t size) {
  if (shadow != NULL) {
    shade(at, 0, size / GRAIN);
    if (size % GRAIN != 0) {
      shade(at + size, (uint8_t)(size % GRAIN), 1);
    }
  } else if (size != 0 && __asan_unpoison_memory_region != NULL) {
    __asan_unpoison_memory_region(memory + at, size);
  }
}

static void close_region(size_t at, size_t size) {
  if (shadow != NULL) {
    shade(at, POISONED, (size + GRAIN - 1) / GRAIN);
  } else {
    poison(memory + at, size);
  }
}

static void *map(size_t size, int protection) {
  void *at = mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  FFH_ASSERT(at != MAP_FAILED);
  return at;
}

void ffh_arena_start(void) {
  if (memory != NULL) {
    return;
  }
  memory = map(FFH_ARG_ARENA, PROT_READ | PROT_WRITE);
  poison(memory, FFH_ARG_ARENA);
  find_shadow();
  sparse = map(FFH_SPARSE_BYTES, PROT_READ);
  ffh_pages_start();
}

const uint8_t *ffh_arena_sparse(void) {
  return sparse;
}

static size_t round_up(size_t value, size_t to) {
  return (value + to - 1) & ~(to - 1);
}

/* ---- canaries: in poisoned memory, so that nobody's instrumentation may look ---- */

__attribute__((no_sanitize("address"))) static void put_canary(uint8_t *at, size_t n) {
  for (size_t i = 0; i < n; i++) {
    FFH_BYTES_OPAQUE(at);
    at[i] = CANARY;
  }
}

__attribute__((no_sanitize("address"))) static bool is_canary(const uint8_t *at, size_t n) {
  uint8_t other = 0;
  for (size_t i = 0; i < n; i++) {
    other |= at[i] ^ CANARY;
  }
  return other == 0;
}

static uint8_t *add_region(uint8_t *at, size_t size, size_t behind, bool paged, uint16_t call,
                           uint16_t slot) {
  put_canary(at - BEFORE, BEFORE);
  put_canary(at + size, behind);
  regions[n_regions++ % MAX_REGIONS] = (ffh_region){.at = at,
                                                    .size = (uint32_t)size,
                                                    .call = call,
                                                    .slot = slot,
                                                    .kept_by = FFH_KEPT_FOR_CALL,
                                                    .live = true,
                                                    .paged = paged,
                                                    .behind = (uint8_t)behind};
  return at;
}

static size_t grain_of(size_t align) {
  /* AddressSanitizer tells the exact end of a block only when the block starts on its 8-byte grain.
   */
  return align < 16 ? 16 : align;
}

uint8_t *ffh_arena_take_pages(size_t size, size_t align, bool exact, uint16_t call, uint16_t slot) {
  FFH_ASSERT(align != 0 && (align & (align - 1)) == 0 && align <= 64);
  uint8_t *at = ffh_pages_take(size, exact ? align : grain_of(align));
  if (at == NULL) {
    return ffh_arena_take(size, align, call, slot);
  }
  return add_region(at, size, ffh_pages_room(at + size), true, call, slot);
}

uint8_t *ffh_arena_take(size_t size, size_t align, uint16_t call, uint16_t slot) {
  FFH_ASSERT(memory != NULL && align != 0 && (align & (align - 1)) == 0 && align <= 64);
  size_t grain = grain_of(align);
  size_t need = round_up(size, 16) + GUARD + grain;
  /* Half of the ring: what one input takes never runs into what the same input still borrows. */
  if (need > FFH_ARG_ARENA / 2 || input_bytes + need > FFH_ARG_ARENA / 2) {
    return NULL;
  }
  size_t at = round_up(cursor + GUARD, grain);
  if (at + round_up(size, 16) + GUARD > FFH_ARG_ARENA) {
    at = GUARD < grain ? grain : GUARD;
  }
  cursor = at + round_up(size, 16);
  input_bytes += need;
  open_region(at, size);
  return add_region(memory + at, size, round_up(size, 16) - size + BEHIND, false, call, slot);
}

void ffh_arena_keep(uint16_t variable) {
  FFH_ASSERT(n_regions > input_start);
  regions[(n_regions - 1) % MAX_REGIONS].kept_by = variable;
}

static uint32_t oldest(uint32_t from) {
  return n_regions - from > MAX_REGIONS ? n_regions - MAX_REGIONS : from;
}

void ffh_arena_seal(uint16_t call, uint16_t slot) {
  for (uint32_t i = oldest(first_open); i < n_regions; i++) {
    ffh_region *region = &regions[i % MAX_REGIONS];
    if (region->live && region->call == call && region->slot == slot &&
        region->kept_by != FFH_KEPT_FOR_CALL) {
      region->sealed = true;
      region->digest = ffh_bytes_digest(region->at, region->size);
    }
  }
}

ffh_breach ffh_arena_breach(const ffh_region **region) {
  ffh_breach found = breach;
  *region = &breached;
  breach = FFH_BREACH_NONE;
  return found;
}

static ffh_breach find_breach(const ffh_region *region) {
  if (!is_canary(region->at - BEFORE, BEFORE)) {
    return FFH_BREACH_BEFORE;
  }
  if (!is_canary(region->at + region->size, region->behind)) {
    return FFH_BREACH_BEHIND;
  }
  return region->sealed && ffh_bytes_digest(region->at, region->size) != region->digest
             ? FFH_BREACH_CHANGED
             : FFH_BREACH_NONE;
}

static void expire(ffh_region *region) {
  if (breach == FFH_BREACH_NONE) {
    breach = find_breach(region);
    breached = *region;
  }
  region->live = false;
  if (region->paged) {
    ffh_pages_unmap(region->at, region->size);
    return;
  }
  if (__asan_poison_memory_region == NULL) {
    memset(region->at, EXPIRED, region->size);
  }
  close_region((size_t)(region->at - memory), region->size);
}

uint8_t *ffh_arena_move(uint8_t *at, size_t align) {
  for (uint32_t i = n_regions; i > oldest(first_open); i--) {
    ffh_region *old = &regions[(i - 1) % MAX_REGIONS];
    if (!old->live || old->at != at) {
      continue;
    }
    if (n_regions + 1 - i >= MAX_REGIONS) {
      return NULL; /* its record is about to be used again */
    }
    uint8_t *to = old->paged ? ffh_arena_take_pages(old->size, align, false, old->call, old->slot)
                             : ffh_arena_take(old->size, align, old->call, old->slot);
    if (to != NULL) {
      ffh_arena_keep(old->kept_by);
      memcpy(to, at, old->size);
      old->moved = true;
      memset(at, EXPIRED, old->size);
      expire(old);
    }
    return to;
  }
  return NULL;
}

void ffh_arena_end_call(uint16_t call) {
  bool all_closed = true;
  for (uint32_t i = oldest(first_open); i < n_regions; i++) {
    ffh_region *region = &regions[i % MAX_REGIONS];
    if (region->live && region->call == call && region->kept_by == FFH_KEPT_FOR_CALL) {
      expire(region);
    }
    if (region->live) {
      all_closed = false;
    } else if (all_closed) {
      first_open = i + 1;
    }
  }
}

void ffh_arena_end_variable(uint16_t variable) {
  for (uint32_t i = oldest(first_open); i < n_regions; i++) {
    ffh_region *region = &regions[i % MAX_REGIONS];
    if (region->live && region->kept_by == variable) {
      expire(region);
    }
  }
}

void ffh_arena_end_input(void) {
  for (uint32_t i = oldest(first_open); i < n_regions; i++) {
    if (regions[i % MAX_REGIONS].live) {
      expire(&regions[i % MAX_REGIONS]);
    }
  }
  ffh_pages_end_input();
  first_open = n_regions;
  input_start = n_regions;
  input_bytes = 0;
}

const ffh_region *ffh_arena_find(const void *address) {
  const uint8_t *at = address;
  bool paged = ffh_pages_have(at);
  if (memory == NULL || (!paged && (at < memory || at >= memory + FFH_ARG_ARENA))) {
    return NULL;
  }
  const ffh_region *best = NULL;
  size_t best_distance = SIZE_MAX;
  /* Newest first: the ring reuses addresses. */
  for (uint32_t i = n_regions; i > oldest(0); i--) {
    const ffh_region *region = &regions[(i - 1) % MAX_REGIONS];
    if (region->paged != paged) {
      continue;
    }
    size_t distance = at < region->at ? (size_t)(region->at - at)
                      : at >= region->at + region->size
                          ? (size_t)(at - (region->at + region->size)) + 1
                          : 0;
    if (distance < best_distance) {
      best = region;
      best_distance = distance;
    }
    if (distance == 0) {
      break;
    }
  }
  return best;
}
