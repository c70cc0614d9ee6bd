/* The allocator of the flavor native: this executable's malloc is the one under test. */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/caches.h"
#include "ffh/cross.h"
#include "ffh/target.h"
#include "hooks/alloc.h"
#include "hooks/heap_jemalloc.h"

void *new_plain(size_t size) __asm__("_Znwm");
void *new_array(size_t size) __asm__("_Znam");
void *new_aligned(size_t size, size_t align) __asm__("_ZnwmSt11align_val_t");
void delete_plain(void *at) __asm__("_ZdlPv");
void delete_array(void *at) __asm__("_ZdaPv");

enum { MAX_TOLD = 8 };
static struct {
  ffh_free_fault fault;
  bool has_block;
  ffh_block block;
  ffh_freeing freeing;
} told[MAX_TOLD];
static unsigned n_told;

static void on_fault(ffh_free_fault fault, const ffh_block *block, const ffh_freeing *freeing) {
  assert_true(n_told < MAX_TOLD);
  told[n_told].fault = fault;
  told[n_told].has_block = block != NULL;
  if (block != NULL) {
    told[n_told].block = *block;
  }
  told[n_told++].freeing = *freeing;
}

/* As if the thread had crossed to that side. */
static void go(ffh_side side) {
  ffh_here_now.side = (uint8_t)side;
}

/* The compiler knows these functions by their attributes. */
static void *hidden(void *at) {
  __asm__ volatile("" : "+r"(at));
  return at;
}

static int set_up(void **state) {
  (void)state;
  n_told = 0;
  ffh_alloc_begin_input();
  ffh_alloc_set_call(FFH_NONE);
  go(FFH_SIDE_LIBRARY);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  go(FFH_SIDE_HARNESS);
  return 0;
}

static void assert_told(unsigned n, ffh_free_fault fault) {
  go(FFH_SIDE_HARNESS);
  assert_int_equal(n_told, n);
  assert_int_equal(told[n - 1].fault, fault);
}

static void test_memory_is_aligned_and_apart(void **state) {
  (void)state;
  enum { BLOCKS = 400 };
  uint8_t *blocks[BLOCKS];
  for (size_t i = 0; i < BLOCKS; i++) {
    blocks[i] = malloc(i * 37);
    memset(blocks[i], (int)i, i * 37);
  }
  for (size_t i = 0; i < BLOCKS; i++) {
    assert_int_equal((uintptr_t)blocks[i] % 16, 0);
    assert_int_equal(malloc_usable_size(blocks[i]), i * 37);
    for (size_t j = 0; j < i * 37; j++) {
      assert_int_equal(blocks[i][j], (uint8_t)i);
    }
    free(blocks[i]);
  }
}

static void test_alignment_is_kept(void **state) {
  (void)state;
  for (size_t align = 8; align <= (size_t)1 << 21; align *= 2) {
    void *at = NULL;
    assert_int_equal(posix_memalign(&at, align, 100), 0);
    assert_int_equal((uintptr_t)at % align, 0);
    memset(at, 1, 100);
    free(at);
    at = new_aligned(100, align);
    assert_int_equal((uintptr_t)at % align, 0);
    delete_plain(at);
  }
  void *at = NULL;
  assert_int_equal(posix_memalign(&at, 24, 1), EINVAL);
  assert_int_equal(n_told, 0);
}

static void test_calloc_is_zero_on_used_memory(void **state) {
  (void)state;
  for (unsigned round = 0; round < 200; round++) {
    uint8_t *at = calloc(10, 30);
    for (size_t i = 0; i < 300; i++) {
      assert_int_equal(at[i], 0);
    }
    memset(at, 0xff, 300);
    free(at);
  }
  errno = 0;
  assert_null(hidden(calloc((size_t)hidden((void *)(SIZE_MAX / 2)), 3)));
  assert_int_equal(errno, ENOMEM);
  assert_null(hidden(malloc((size_t)hidden((void *)(SIZE_MAX / 2)))));
}

static void test_realloc_keeps_the_content(void **state) {
  (void)state;
  uint8_t *at = NULL;
  for (size_t size = 1; size < 300000; size = size * 3 + 1) {
    size_t before = at == NULL ? 0 : malloc_usable_size(at);
    at = realloc(at, size);
    for (size_t i = 0; i < before; i++) {
      assert_int_equal(at[i], 0x5a);
    }
    memset(at, 0x5a, size);
  }
  at = realloc(at, 10);
  assert_int_equal(at[9], 0x5a);
  assert_int_equal(ffh_alloc_live(), 1);
  free(at);
  assert_int_equal(ffh_alloc_live(), 0);
  assert_int_equal(n_told, 0);
}

static void test_each_side_has_its_own_memory(void **state) {
  (void)state;
  for (unsigned round = 0; round < 1000; round++) {
    void *ours = malloc(64);
    uintptr_t was = (uintptr_t)ours;
    free(ours);
    go(FFH_SIDE_CALLER);
    void *theirs = malloc(64);
    assert_int_not_equal((uintptr_t)theirs, was);
    assert_int_equal(ffh_heap_home(theirs), FFH_SIDE_CALLER);
    free(theirs);
    go(FFH_SIDE_LIBRARY);
  }
  assert_int_equal(n_told, 0);
}

static void test_a_free_by_another_side(void **state) {
  (void)state;
  ffh_alloc_set_call(7);
  void *at = malloc(33);
  go(FFH_SIDE_CALLER);
  ffh_alloc_set_call(9);
  free(at);
  assert_told(1, FFH_FREE_CROSS_SIDE);
  assert_int_equal(told[0].block.address, (uintptr_t)at);
  assert_int_equal(told[0].block.size, 33);
  assert_int_equal(told[0].block.side, FFH_SIDE_LIBRARY);
  assert_int_equal(told[0].block.call, 7);
  assert_int_equal(told[0].block.thread, ffh_cross_thread());
  assert_int_equal(told[0].freeing.side, FFH_SIDE_CALLER);
  assert_int_equal(told[0].freeing.call, 9);
}

static void test_a_block_that_was_handed_over(void **state) {
  (void)state;
  void *at = malloc(33);
  ffh_alloc_give(at, FFH_SIDE_CALLER);
  ffh_alloc_give(&at, FFH_SIDE_CALLER); /* no block: nothing */
  go(FFH_SIDE_CALLER);
  free(at);
  assert_int_equal(n_told, 0);
}

static void test_families(void **state) {
  (void)state;
  free(hidden(new_plain(8)));
  assert_told(1, FFH_FREE_FAMILY);
  assert_int_equal(told[0].block.family, FFH_FAMILY_NEW);
  assert_int_equal(told[0].freeing.family, FFH_FAMILY_MALLOC);
  go(FFH_SIDE_LIBRARY);
  delete_plain(hidden(malloc(8)));
  assert_told(2, FFH_FREE_FAMILY);
  go(FFH_SIDE_LIBRARY);
  delete_plain(hidden(new_array(8)));
  assert_told(3, FFH_FREE_FAMILY);
  go(FFH_SIDE_LIBRARY);
  delete_array(hidden(new_array(8)));
  delete_plain(hidden(new_plain(8)));
  assert_int_equal(n_told, 3);
}

static void test_double_and_invalid_frees(void **state) {
  (void)state;
  void *at = malloc(40);
  free(at);
  free(hidden(at));
  assert_told(1, FFH_FREE_TWICE);
  assert_int_equal(told[0].block.size, 40);
  go(FFH_SIDE_LIBRARY);
  uint8_t *block = malloc(64);
  memset(block, 0, 64);
  free(hidden(block + 16));
  assert_told(2, FFH_FREE_INVALID);
  assert_false(told[1].has_block);
  go(FFH_SIDE_LIBRARY);
  free(hidden(block + 1));
  assert_told(3, FFH_FREE_INVALID);
  free(hidden(&state));
  assert_told(4, FFH_FREE_INVALID);
  free(hidden((void *)(uintptr_t)FFH_HEAP_BASE));
  assert_told(5, FFH_FREE_INVALID);
  go(FFH_SIDE_LIBRARY);
  assert_int_equal(ffh_alloc_live(), 1);
  free(block);
  assert_int_equal(ffh_alloc_live(), 0);
  assert_int_equal(n_told, 5);
}

/* A block that has just been freed is not handed out at once, so that this is no valid free. */
static void test_a_double_free_after_another_allocation(void **state) {
  (void)state;
  void *at = malloc(40);
  free(at);
  void *other = malloc(40);
  assert_ptr_not_equal(other, at);
  free(hidden(at));
  assert_told(1, FFH_FREE_TWICE);
  go(FFH_SIDE_LIBRARY);
  free(other);
}

static void test_blocks_of_the_harness_are_not_kept(void **state) {
  (void)state;
  go(FFH_SIDE_HARNESS);
  void *at = malloc(10), *other = new_plain(10);
  assert_int_equal(ffh_alloc_live(), 0);
  go(FFH_SIDE_LIBRARY);
  free(at);
  free(hidden(other));
  void *ours = malloc(10);
  go(FFH_SIDE_HARNESS);
  free(ours);
  assert_int_equal(n_told, 0);
  assert_int_equal(ffh_alloc_live(), 0);
}

static void test_live_counts_this_input_only(void **state) {
  (void)state;
  void *early = malloc(10);
  ffh_alloc_begin_input();
  assert_int_equal(ffh_alloc_live(), 0);
  void *late = malloc(10);
  free(early);
  assert_int_equal(ffh_alloc_live(), 1);
  free(late);
  assert_int_equal(ffh_alloc_live(), 0);
}

static void *frees(void *at) {
  go(FFH_SIDE_LIBRARY);
  free(at);
  void *mine = malloc(20);
  go(FFH_SIDE_HARNESS);
  return mine;
}

static void test_other_threads_count_too(void **state) {
  (void)state;
  enum { THREADS = 300 };
  void *left[THREADS];
  for (unsigned i = 0; i < THREADS; i++) {
    void *at = malloc(10);
    pthread_t thread;
    go(FFH_SIDE_HARNESS);
    assert_int_equal(pthread_create(&thread, NULL, frees, at), 0);
    pthread_join(thread, &left[i]);
    go(FFH_SIDE_LIBRARY);
  }
  assert_int_equal(ffh_alloc_live(), THREADS);
  for (unsigned i = 0; i < THREADS; i++) {
    free(left[i]);
  }
  assert_int_equal(ffh_alloc_live(), 0);
  assert_int_equal(n_told, 0);
}

enum { SHARED = 2 * FFH_HEAP_DELAY, SHARED_BYTES = 416 };
static void *shared_blocks[SHARED];

static void *frees_in_its_turn(void *unused) {
  (void)unused;
  ffh_caches_begin_turn();
  ffh_caches_begin_turn(); /* again changes nothing */
  go(FFH_SIDE_LIBRARY);
  for (unsigned i = 0; i < SHARED; i++) {
    free(shared_blocks[i]);
  }
  go(FFH_SIDE_HARNESS);
  ffh_caches_end_turn();
  return NULL;
}

/* The number of a block that comes back to this thread, SHARED when none does. */
static unsigned comes_back(void) {
  void *at = malloc(SHARED_BYTES);
  unsigned found = 0;
  while (found < SHARED && shared_blocks[found] != at) {
    found++;
  }
  free(at);
  return found;
}

static void test_threads_that_take_turns_share_caches(void **state) {
  (void)state;
  for (unsigned i = 0; i < SHARED; i++) {
    shared_blocks[i] = malloc(SHARED_BYTES);
  }
  pthread_t thread;
  go(FFH_SIDE_HARNESS);
  assert_int_equal(pthread_create(&thread, NULL, frees_in_its_turn, NULL), 0);
  pthread_join(thread, NULL);
  go(FFH_SIDE_LIBRARY);
  assert_int_equal(ffh_alloc_live(), 0);
  assert_int_equal(comes_back(), SHARED);
  ffh_caches_begin_turn();
  assert_int_equal(comes_back(), 0);
  assert_int_equal(comes_back(), 1);
  ffh_caches_end_turn();
  assert_int_equal(comes_back(), SHARED);
  assert_int_equal(ffh_alloc_live(), 0);
  assert_int_equal(n_told, 0);
}

static void *drops(void *unused) {
  (void)unused;
  go(FFH_SIDE_LIBRARY);
  ffh_caches_begin_turn();
  free(hidden(malloc(SHARED_BYTES)));
  ffh_caches_drop();
  void *in_turn = ffh_caches_mine;
  ffh_caches_end_turn();
  assert_ptr_equal(in_turn, &ffh_heap_slots[1]);
  assert_ptr_equal(ffh_caches_mine, &ffh_heap_slots[0]);
  go(FFH_SIDE_HARNESS);
  return NULL;
}

static void test_a_thread_that_ends_needs_no_caches_of_its_own(void **state) {
  (void)state;
  pthread_t thread;
  go(FFH_SIDE_HARNESS);
  assert_int_equal(pthread_create(&thread, NULL, drops, NULL), 0);
  pthread_join(thread, NULL);
  assert_int_equal(ffh_alloc_live(), 0);
}

enum { MAX_SEEN = 8 };
typedef struct seen {
  ffh_block blocks[MAX_SEEN];
  unsigned n, wanted;
} seen;

static bool see(const ffh_block *block, void *context) {
  seen *all = context;
  all->blocks[all->n++] = *block;
  return all->n < all->wanted;
}

static void walk_live_blocks(void) {
  seen all = {.wanted = MAX_SEEN};
  void *before = malloc(10);
  ffh_alloc_begin_input();
  ffh_alloc_set_call(1);
  void *first = malloc(100);
  ffh_alloc_set_call(2);
  void *gone = malloc(200);
  void *second = memalign(256, 300);
  go(FFH_SIDE_CALLER);
  void *third = malloc(5);
  free(third);
  third = malloc(500);
  go(FFH_SIDE_LIBRARY);
  free(gone);
  ffh_alloc_each(see, &all);
  unsigned found = 0;
  for (unsigned i = 0; i < all.n; i++) {
    found |= all.blocks[i].address == (uintptr_t)first && all.blocks[i].call == 1 ? 1u : 0;
    found |= all.blocks[i].address == (uintptr_t)second && all.blocks[i].align == 256 ? 2u : 0;
    found |= all.blocks[i].address == (uintptr_t)third && all.blocks[i].size == 500 ? 4u : 0;
  }
  assert_int_equal(all.n, 3);
  assert_int_equal(found, 7);
  all.n = 0;
  all.wanted = 1;
  ffh_alloc_each(see, &all);
  assert_int_equal(all.n, 1);
  free(before), free(first), free(second);
  go(FFH_SIDE_CALLER);
  free(third);
  assert_int_equal(n_told, 0);
}

static void test_each_live_block(void **state) {
  (void)state;
  walk_live_blocks();
}

static void test_find_a_block_by_what_lies_in_it(void **state) {
  (void)state;
  ffh_block block;
  for (size_t size = 1; size < 100000; size *= 7) {
    uint8_t *at = malloc(size);
    assert_true(ffh_alloc_find(at, &block));
    assert_int_equal(block.address, (uintptr_t)at);
    assert_true(ffh_alloc_find(at + size - 1, &block));
    assert_int_equal(block.size, size);
    assert_false(ffh_alloc_find(at + size, &block) && block.address == (uintptr_t)at);
    free(at);
    assert_false(ffh_alloc_find(at, &block) && block.address == (uintptr_t)at);
  }
  assert_false(ffh_alloc_find(&block, &block));
  assert_false(ffh_alloc_find(NULL, &block));
}

int main(void) {
  ffh_alloc_start(on_fault);
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(test_memory_is_aligned_and_apart),
      TEST(test_alignment_is_kept),
      TEST(test_calloc_is_zero_on_used_memory),
      TEST(test_realloc_keeps_the_content),
      TEST(test_each_side_has_its_own_memory),
      TEST(test_a_free_by_another_side),
      TEST(test_a_block_that_was_handed_over),
      TEST(test_families),
      TEST(test_double_and_invalid_frees),
      TEST(test_a_double_free_after_another_allocation),
      TEST(test_blocks_of_the_harness_are_not_kept),
      TEST(test_live_counts_this_input_only),
      TEST(test_other_threads_count_too),
      TEST(test_threads_that_take_turns_share_caches),
      TEST(test_a_thread_that_ends_needs_no_caches_of_its_own),
      TEST(test_each_live_block),
      TEST(test_find_a_block_by_what_lies_in_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
