/* The ledger as a state and arrays of events. */
#include "check/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ffh/cross.h"

typedef enum kind { ALLOCATES, FREES, GIVES, FORGETS, BEGINS } kind;

typedef struct event {
  kind kind;
  uintptr_t address;
  uint64_t size;
  uint32_t align;
  uint8_t side, family;
  ffh_free_fault fault; /* that a free has */
  bool ranged;
  bool spoken_of;
} event;

enum { LIB = FFH_SIDE_LIBRARY, APP = FFH_SIDE_CALLER, OURS = FFH_SIDE_HARNESS };
enum { OLD = FFH_SIDE_LEGACY, TAG = FFH_SIDE_TAGGED };
enum { C = FFH_FAMILY_C, RUST = FFH_FAMILY_RUST, NEW = FFH_FAMILY_NEW, ANY = FFH_FAMILY_UNKNOWN };

static ffh_block block_of(const event *it) {
  return (ffh_block){.address = it->address,
                     .size = it->size,
                     .align = it->align,
                     .thread = 1,
                     .call = 3,
                     .side = it->side,
                     .family = it->family};
}

static ffh_freeing freeing_of(const event *it) {
  return (ffh_freeing){.address = it->address,
                       .size = it->size,
                       .align = it->align,
                       .thread = 2,
                       .call = 4,
                       .side = it->side,
                       .family = it->family,
                       .ranged = it->ranged};
}

static void play(ffh_ledger *ledger, const event *events, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const event *it = &events[i];
    ffh_block block = block_of(it);
    ffh_freeing freeing = freeing_of(it);
    switch (it->kind) {
      case ALLOCATES:
        ffh_ledger_allocated(ledger, &block);
        break;
      case FREES:
        assert_int_equal(ffh_ledger_freed(ledger, &freeing, &block), it->fault);
        break;
      case GIVES:
        ffh_ledger_give(ledger, it->address, it->side, it->spoken_of);
        break;
      case FORGETS:
        ffh_ledger_forget(ledger, it->address);
        break;
      case BEGINS:
        ffh_ledger_begin_input(ledger);
        break;
    }
  }
}

#define ALLOC(at, bytes, aligned, by, of) \
  {.kind = ALLOCATES,                     \
   .address = (at),                       \
   .size = (bytes),                       \
   .align = (aligned),                    \
   .side = (by),                          \
   .family = (of)}
#define FREE(at, bytes, aligned, by, of, is) \
  {.kind = FREES,                            \
   .address = (at),                          \
   .size = (bytes),                          \
   .align = (aligned),                       \
   .side = (by),                             \
   .family = (of),                           \
   .fault = FFH_FREE_##is}
#define RANGED(at, bytes, aligned, by, of, is) \
  {.kind = FREES,                              \
   .address = (at),                            \
   .size = (bytes),                            \
   .align = (aligned),                         \
   .side = (by),                               \
   .family = (of),                             \
   .fault = FFH_FREE_##is,                     \
   .ranged = true}
#define GIVE(at, to) {.kind = GIVES, .address = (at), .side = (to)}
#define HAND(at, to) {.kind = GIVES, .address = (at), .side = (to), .spoken_of = true}
#define FORGET(at) {.kind = FORGETS, .address = (at)}
#define BEGIN {.kind = BEGINS}

#define PLAY(ledger, ...)                                   \
  do {                                                      \
    const event events[] = {__VA_ARGS__};                   \
    play(ledger, events, sizeof events / sizeof events[0]); \
  } while (0)

static ffh_ledger *ledger_new(void) {
  ffh_ledger *ledger = ffh_ledger_new();
  assert_non_null(ledger);
  return ledger;
}

/* ---- faults ---- */

/* A facade and what lies behind its inner edge. */
static void frees_at_the_inner_edge(void **state) {
  (void)state;
  ffh_ledger *ledger = ledger_new();
  PLAY(ledger, ALLOC(0x10, 8, 0, OLD, C), FREE(0x10, 0, 0, LIB, C, OK));
  PLAY(ledger, ALLOC(0x10, 8, 0, LIB, C), FREE(0x10, 0, 0, OLD, C, OK));
  PLAY(ledger, ALLOC(0x10, 8, 0, OLD, C), FREE(0x10, 0, 0, APP, C, CROSS_SIDE));
  /* Freed by a function behind the edge: by nobody else. */
  PLAY(ledger, ALLOC(0x10, 8, 0, OLD, C), HAND(0x10, OLD), FREE(0x10, 0, 0, LIB, C, CROSS_SIDE));
  PLAY(ledger, ALLOC(0x10, 8, 0, LIB, C), HAND(0x10, OLD), FREE(0x10, 0, 0, LIB, C, CROSS_SIDE));
  PLAY(ledger, ALLOC(0x10, 8, 0, OLD, C), HAND(0x10, OLD), FREE(0x10, 0, 0, OLD, C, OK));
  /* Handed over. */
  PLAY(ledger, ALLOC(0x10, 8, 0, OLD, C), HAND(0x10, LIB), FREE(0x10, 0, 0, LIB, C, OK));
  PLAY(ledger, ALLOC(0x10, 8, 0, OLD, C), HAND(0x10, OLD), HAND(0x10, LIB),
       FREE(0x10, 0, 0, LIB, C, OK));
  PLAY(ledger, ALLOC(0x10, 8, 0, OLD, C), HAND(0x10, OLD), GIVE(0x10, APP),
       FREE(0x10, 0, 0, APP, C, OK));
}

/* What lies behind it has memory of its own. */
static void frees_at_a_tagged_inner_edge(void **state) {
  (void)state;
  ffh_ledger *ledger = ledger_new();
  PLAY(ledger, ALLOC(0x10, 8, 0, TAG, C), FREE(0x10, 0, 0, LIB, C, CROSS_SIDE));
  PLAY(ledger, ALLOC(0x10, 8, 0, LIB, C), FREE(0x10, 0, 0, TAG, C, CROSS_SIDE));
  PLAY(ledger, ALLOC(0x10, 8, 0, TAG, C), HAND(0x10, OLD), FREE(0x10, 0, 0, LIB, C, CROSS_SIDE));
  PLAY(ledger, ALLOC(0x10, 8, 0, TAG, C), HAND(0x10, OLD), FREE(0x10, 0, 0, TAG, C, OK));
  PLAY(ledger, ALLOC(0x10, 8, 0, TAG, C), HAND(0x10, LIB), FREE(0x10, 0, 0, LIB, C, OK));
  PLAY(ledger, ALLOC(0x10, 8, 0, LIB, C), HAND(0x10, LIB), FREE(0x10, 0, 0, TAG, C, OK));
}

static void frees_in_order(void **state) {
  (void)state;
  ffh_ledger *ledger = ledger_new();
  PLAY(ledger, ALLOC(0x1000, 8, 0, LIB, C), FREE(0x1000, 0, 0, LIB, C, OK),
       ALLOC(0x1000, 8, 0, LIB, NEW), FREE(0x1000, 0, 0, LIB, C, OK),
       ALLOC(0x1000, 8, 4, LIB, RUST), FREE(0x1000, 8, 4, LIB, RUST, OK),
       ALLOC(0x1000, 8, 4, LIB, RUST), FREE(0x1000, 0, 0, LIB, ANY, OK),
       ALLOC(0x1000, 8, 0, LIB, C), FREE(0x1000, 0, 0, OURS, RUST, OK),
       FREE(0x2000, 0, 0, LIB, C, OK), RANGED(0x3000, 0, 0, OURS, C, OK));
  assert_int_equal(ffh_ledger_live(ledger), 0);
  assert_int_equal(ffh_ledger_live_ever(ledger), 0);
}

static void faults_of_sides(void **state) {
  (void)state;
  ffh_ledger *ledger = ledger_new();
  PLAY(ledger, ALLOC(0x1000, 8, 0, LIB, C), FREE(0x1000, 0, 0, APP, C, CROSS_SIDE),
       ALLOC(0x1000, 8, 0, APP, C), FREE(0x1000, 0, 0, LIB, C, CROSS_SIDE),
       ALLOC(0x1000, 8, 0, LIB, C), GIVE(0x1000, APP), GIVE(0x9990, APP), GIVE(0, APP),
       FREE(0x1000, 0, 0, APP, C, OK), ALLOC(0x1000, 8, 0, FFH_SIDE_TAGGED, C),
       FREE(0x1000, 0, 0, FFH_SIDE_TAGGED + 1, C, CROSS_SIDE));
}

static void faults_of_families(void **state) {
  (void)state;
  ffh_ledger *ledger = ledger_new();
  PLAY(ledger, ALLOC(0x1000, 8, 4, LIB, RUST), FREE(0x1000, 0, 0, LIB, C, FAMILY),
       ALLOC(0x1000, 8, 0, LIB, C), FREE(0x1000, 8, 4, LIB, RUST, FAMILY),
       ALLOC(0x1000, 8, 0, LIB, NEW), FREE(0x1000, 0, 0, LIB, FFH_FAMILY_MALLOC, FAMILY),
       ALLOC(0x1000, 8, 0, LIB, NEW), FREE(0x1000, 0, 0, LIB, FFH_FAMILY_NEW_ARRAY, FAMILY),
       ALLOC(0x1000, 8, 4, LIB, RUST), /* also another side, which says less */
       FREE(0x1000, 0, 0, APP, C, FAMILY));
}

static void faults_of_layouts(void **state) {
  (void)state;
  ffh_ledger *ledger = ledger_new();
  PLAY(ledger, ALLOC(0x1000, 8, 4, LIB, RUST), FREE(0x1000, 9, 4, LIB, RUST, LAYOUT),
       ALLOC(0x1000, 8, 4, LIB, RUST), FREE(0x1000, 8, 8, LIB, RUST, LAYOUT),
       ALLOC(0x1000, 8, 4, LIB, RUST), FREE(0x1000, 4, 4, APP, RUST, LAYOUT));
}

static void second_frees_know_the_first(void **state) {
  (void)state;
  ffh_ledger *ledger = ledger_new();
  PLAY(ledger, ALLOC(0x1000, 24, 0, LIB, C), FREE(0x1000, 0, 0, LIB, C, OK),
       FREE(0x1000, 0, 0, OURS, C, OK));
  ffh_block block = {.address = 0};
  ffh_freeing again = {.address = 0x1000, .side = APP, .family = C};
  assert_int_equal(ffh_ledger_freed(ledger, &again, &block), FFH_FREE_TWICE);
  assert_int_equal(block.size, 24);
  assert_int_equal(block.call, 3);
  ffh_freeing first;
  assert_true(ffh_ledger_first_free(ledger, 0x1000, &first));
  assert_int_equal(first.thread, 2);
  assert_int_equal(first.call, 4);
  assert_int_equal(first.side, LIB);
  /* Memory of the harness, or another block, at that place is another story. */
  PLAY(ledger, FORGET(0x1000), FREE(0x1000, 0, 0, LIB, C, OK), ALLOC(0x1000, 8, 0, LIB, C),
       FREE(0x1000, 0, 0, LIB, C, OK), ALLOC(0x1000, 8, 0, LIB, C));
  assert_false(ffh_ledger_first_free(ledger, 0x1000, &first));
  PLAY(ledger, FREE(0x1000, 0, 0, LIB, C, OK), FREE(0x1000, 0, 0, LIB, C, TWICE));
}

static void invalid_frees_in_a_range(void **state) {
  (void)state;
  ffh_ledger *ledger = ledger_new();
  PLAY(ledger, ALLOC(0x1000, 64, 0, LIB, C), RANGED(0x1010, 0, 0, LIB, C, INVALID),
       RANGED(0x1000, 0, 0, LIB, C, OK), RANGED(0x1000, 0, 0, LIB, C, TWICE));
}

/* What was freed is remembered for a while, and a record that was used again is not mistaken. */
static void the_memory_of_frees_is_bounded(void **state) {
  (void)state;
  ffh_ledger *ledger = ledger_new();
  unsigned known = 0;
  for (unsigned round = 0; round < 3; round++) {
    for (uintptr_t i = 1; i <= 5000; i++) {
      PLAY(ledger, ALLOC(i * 32, i, 0, LIB, C), FREE(i * 32, 0, 0, LIB, C, OK));
    }
  }
  for (uintptr_t i = 1; i <= 5000; i++) {
    ffh_freeing first;
    if (ffh_ledger_first_free(ledger, i * 32, &first)) {
      known++;
      ffh_block block;
      ffh_freeing again = {.address = i * 32, .side = LIB, .family = C};
      assert_int_equal(ffh_ledger_freed(ledger, &again, &block), FFH_FREE_TWICE);
      assert_int_equal(block.size, i);
    }
  }
  assert_in_range(known, 100, 4999);
}

/* ---- counting and walking ---- */

typedef struct seen {
  unsigned n, stop_after;
  uint64_t last;
  uintptr_t first;
} seen;

static bool see(const ffh_block *block, void *context) {
  seen *it = context;
  assert_true(block->sequence > it->last);
  it->last = block->sequence;
  it->first = it->n == 0 ? block->address : it->first;
  it->n++;
  return it->n != it->stop_after;
}

static void inputs_are_counted_apart(void **state) {
  (void)state;
  ffh_ledger *ledger = ledger_new();
  PLAY(ledger, ALLOC(0x1000, 8, 0, LIB, C), ALLOC(0x2000, 8, 0, LIB, C), BEGIN,
       ALLOC(0x3000, 8, 0, LIB, C), ALLOC(0x4000, 8, 0, LIB, C), ALLOC(0x5000, 8, 0, LIB, C),
       FREE(0x1000, 0, 0, LIB, C, OK), FREE(0x3000, 0, 0, LIB, C, OK));
  assert_int_equal(ffh_ledger_live(ledger), 2);
  assert_int_equal(ffh_ledger_live_ever(ledger), 3);
  seen all = {.n = 0}, one = {.stop_after = 1};
  ffh_ledger_each(ledger, see, &all);
  assert_int_equal(all.n, 2);
  assert_int_equal(all.first, 0x4000);
  ffh_ledger_each(ledger, see, &one);
  assert_int_equal(one.n, 1);
  PLAY(ledger, BEGIN);
  assert_int_equal(ffh_ledger_live(ledger), 0);
  ffh_ledger_each(ledger, see, &all);
  assert_int_equal(all.n, 2);
}

static void an_address_that_comes_again_is_another_block(void **state) {
  (void)state;
  ffh_ledger *ledger = ledger_new();
  PLAY(ledger, ALLOC(0x1000, 8, 0, LIB, C), ALLOC(0x1000, 16, 0, APP, C));
  ffh_block block;
  assert_true(ffh_ledger_find(ledger, 0x1000, &block));
  assert_int_equal(block.size, 16);
  assert_int_equal(ffh_ledger_live(ledger), 1);
  PLAY(ledger, FORGET(0x1000));
  assert_int_equal(ffh_ledger_live(ledger), 0);
}

static void finding(void **state) {
  (void)state;
  ffh_ledger *ledger = ledger_new();
  ffh_block block = {.address = 0x1000, .size = 32, .side = LIB, .n_frames = 2, .frames = {11, 22}};
  ffh_ledger_allocated(ledger, &block);
  PLAY(ledger, ALLOC(0x2000, 1, 0, LIB, C));
  ffh_block found;
  assert_false(ffh_ledger_find(ledger, 0, &found));
  assert_false(ffh_ledger_find(ledger, 0x1001, &found));
  assert_true(ffh_ledger_find_around(ledger, 0x1000 + 31, &found));
  assert_int_equal(found.address, 0x1000);
  assert_int_equal(found.n_frames, 2);
  assert_int_equal(found.frames[0], 11);
  assert_int_equal(found.frames[1], 22);
  assert_false(ffh_ledger_find_around(ledger, 0x1000 + 32, &found));
  assert_true(ffh_ledger_find_around(ledger, 0x2000, &found));
  assert_false(ffh_ledger_find_around(ledger, 0xfff, &found));
}

/* ---- many, against a plain array ---- */

enum { MANY = 100000 };

static uint64_t next_random(uint64_t *seed) {
  *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
  return *seed >> 33;
}

/* Few distinct homes make long clusters, from which blocks are taken in any order. */
static void against_a_model(unsigned n, uintptr_t spread, unsigned rounds) {
  ffh_ledger *ledger = ledger_new();
  uint64_t *sizes = calloc(n, sizeof *sizes);
  uint64_t seed = 7;
  int64_t live = 0;
  for (unsigned i = 0; i < rounds; i++) {
    unsigned which = (unsigned)(next_random(&seed) % n);
    uintptr_t address = (which + 1) * spread;
    if (sizes[which] == 0) {
      sizes[which] = i + 1;
      live++;
      PLAY(ledger, ALLOC(address, i + 1, 0, LIB, C));
    } else {
      sizes[which] = 0;
      live--;
      PLAY(ledger, FREE(address, 0, 0, LIB, C, OK));
    }
  }
  assert_int_equal(ffh_ledger_live(ledger), live);
  for (unsigned which = 0; which < n; which++) {
    ffh_block block;
    assert_int_equal(ffh_ledger_find(ledger, (which + 1) * spread, &block), sizes[which] != 0);
    if (sizes[which] != 0) {
      assert_int_equal(block.size, sizes[which]);
    }
  }
  seen all = {.n = 0};
  ffh_ledger_each(ledger, see, &all);
  assert_int_equal(all.n, live);
  free(sizes);
}

static void blocks_come_and_go(void **state) {
  (void)state;
  against_a_model(500, 16, 20000);
  against_a_model(6000, 16, 60000);
  against_a_model(6000, (uintptr_t)1 << 34, 60000);
}

static void a_hundred_thousand_blocks(void **state) {
  (void)state;
  ffh_ledger *ledger = ledger_new();
  for (uintptr_t i = 1; i <= MANY; i++) {
    PLAY(ledger, ALLOC(i * 48, i, 0, LIB, C));
  }
  assert_int_equal(ffh_ledger_live(ledger), MANY);
  for (uintptr_t i = 1; i <= MANY; i += 2) {
    PLAY(ledger, FREE(i * 48, 0, 0, LIB, C, OK));
  }
  ffh_block block;
  for (uintptr_t i = 1; i <= MANY; i++) {
    assert_int_equal(ffh_ledger_find(ledger, i * 48, &block), i % 2 == 0);
  }
  seen all = {.n = 0};
  ffh_ledger_each(ledger, see, &all);
  assert_int_equal(all.n, MANY / 2);
  assert_int_equal(all.first, 96);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(frees_in_order),
      cmocka_unit_test(frees_at_the_inner_edge),
      cmocka_unit_test(frees_at_a_tagged_inner_edge),
      cmocka_unit_test(faults_of_sides),
      cmocka_unit_test(faults_of_families),
      cmocka_unit_test(faults_of_layouts),
      cmocka_unit_test(second_frees_know_the_first),
      cmocka_unit_test(invalid_frees_in_a_range),
      cmocka_unit_test(the_memory_of_frees_is_bounded),
      cmocka_unit_test(inputs_are_counted_apart),
      cmocka_unit_test(an_address_that_comes_again_is_another_block),
      cmocka_unit_test(finding),
      cmocka_unit_test(blocks_come_and_go),
      cmocka_unit_test(a_hundred_thousand_blocks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
