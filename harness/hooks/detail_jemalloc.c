#include "hooks/header_jemalloc.h"

#include <stdatomic.h>
#include <string.h>

#include "base/stack.h"
#include "base/syscall.h"

void ffh_header_describe(const void *at, ffh_block *block) {
  const ffh_header *head = ffh_header_of(at);
  *block = (ffh_block){
      .address = (uintptr_t)at,
      .size = head->size,
      .align = ffh_header_align_log2(head) == 0 ? 0 : UINT32_C(1) << ffh_header_align_log2(head),
      .thread = ffh_header_part(head, FFH_AT_THREAD, FFH_THREAD_BITS),
      .call = (uint16_t)ffh_header_part(head, FFH_AT_CALL, 16),
      .side = (uint8_t)ffh_header_part(head, FFH_AT_SIDE, 4),
      .family = (uint8_t)ffh_header_part(head, FFH_AT_FAMILY, 3),
      .inner = FFH_NONE,
      .spoken_of = ffh_header_has(head, FFH_AT_SPOKEN_OF),
      .by_runtime = ffh_header_has(head, FFH_AT_RUNTIME)};
  if (ffh_header_has(head, FFH_AT_DETAIL)) {
    const ffh_detail *more = ffh_detail_of(at);
    block->sequence = more->sequence;
    block->thread = more->thread;
    block->inner = more->inner;
    block->n_frames = (uint8_t)more->n_frames;
    memcpy(block->frames, more->frames, sizeof block->frames);
  }
}

/* Guarded by `listing`. */
static struct {
  ffh_detail oldest, newest; /* no blocks */
  uint64_t sequence;
} list = {.oldest = {.newer = &list.newest}, .newest = {.older = &list.oldest}};
static atomic_flag listing = ATOMIC_FLAG_INIT;

static void lock_list(void) {
  while (atomic_flag_test_and_set_explicit(&listing, memory_order_acquire)) {
    ffh_syscall(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
  }
}

static void unlock_list(void) {
  atomic_flag_clear_explicit(&listing, memory_order_release);
}

static void link_block(ffh_detail *more) {
  lock_list();
  more->sequence = ++list.sequence;
  more->newer = &list.newest;
  more->older = list.newest.older;
  more->older->newer = more;
  list.newest.older = more;
  unlock_list();
}

void ffh_detail_drop(void *at) {
  ffh_detail *more = ffh_detail_of(at);
  lock_list();
  more->older->newer = more->newer;
  more->newer->older = more->older;
  unlock_list();
}

void ffh_detail_keep(void *at) {
  ffh_detail *more = ffh_detail_of(at);
  more->thread = ffh_cross_thread();
  more->inner = ffh_block_inner_here();
  more->n_frames = (uint16_t)ffh_stack_mine(more->frames, FFH_BLOCK_FRAMES);
  link_block(more);
}

void ffh_detail_each(uint32_t epoch, bool (*see)(const ffh_block *block, void *context),
                     void *context) {
  for (const ffh_detail *more = list.oldest.newer; more != &list.newest; more = more->newer) {
    const ffh_header *head = (const ffh_header *)(const void *)(more + 1);
    ffh_block block;
    if (head->epoch == epoch) {
      ffh_header_describe(head + 1, &block);
      if (!see(&block, context)) {
        return;
      }
    }
  }
}
