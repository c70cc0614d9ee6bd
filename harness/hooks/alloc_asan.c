/* The ledger fed by the sanitizer's allocation hooks. Stacks are AddressSanitizer's own: it keeps
 * one for each block, so they are asked for only when somebody wants to see them. */
#include <stdatomic.h>

#include "base/asan.h"
#include "base/syscall.h"
#include "check/ledger.h"
#include "ffh/cross.h"
#include "ffh/target.h"
#include "hooks/alloc.h"
#include "hooks/rust.h"

static ffh_ledger *ledger;
static ffh_alloc_fault tell_fault;
static __thread uint16_t current_call __attribute__((tls_model("initial-exec"))) = FFH_NONE;

/* ---- one thread at a time ---- */

/* Lanes take turns anyway; it is for threads that run free. A hook that interrupts another one on
 * the same thread (a signal handler that allocates) is not kept. */
static atomic_flag busy = ATOMIC_FLAG_INIT;
static __thread bool inside __attribute__((tls_model("initial-exec")));

static bool enter(void) {
  if (inside) {
    return false;
  }
  inside = true;
  while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire)) {
    ffh_syscall(SYS_sched_yield, 0, 0, 0, 0, 0, 0); /* all share one core */
  }
  return true;
}

static void leave(void) {
  atomic_flag_clear_explicit(&busy, memory_order_release);
  inside = false;
}

/* ---- events ---- */

static void on_malloc(const volatile void *address, size_t size) {
  if (address == NULL || !enter()) {
    return;
  }
  uint8_t side = ffh_here_now.side;
  if (side == FFH_SIDE_HARNESS) {
    ffh_ledger_forget(ledger, (uintptr_t)address);
    leave();
    return;
  }
  uint32_t align = 0;
  bool rust = ffh_rust_allocates(size, &align);
  const ffh_block block = {.address = (uintptr_t)address,
                           .size = size,
                           .align = align,
                           .thread = ffh_cross_thread(),
                           .call = current_call,
                           .inner = ffh_block_inner_here(),
                           .side = side,
                           .family = rust ? FFH_FAMILY_RUST : FFH_FAMILY_C};
  ffh_ledger_allocated(ledger, &block);
  leave();
}

static void add_stack(ffh_block *block) {
  void *frames[FFH_BLOCK_FRAMES];
  int thread;
  size_t n = __asan_get_alloc_stack((void *)block->address, frames, FFH_BLOCK_FRAMES, &thread);
  block->n_frames = (uint8_t)n;
  for (size_t i = 0; i < n; i++) {
    block->frames[i] = (uintptr_t)frames[i];
  }
}

/* Comes before AddressSanitizer's own checks. What is no block of ours, or was freed before, is
 * theirs to report. */
static void on_free(const volatile void *address) {
  if (address == NULL || !enter()) {
    return;
  }
  ffh_freeing freeing = {.address = (uintptr_t)address,
                         .thread = ffh_cross_thread(),
                         .call = current_call,
                         .side = ffh_here_now.side,
                         .family = FFH_FAMILY_C};
  if (ffh_rust_frees((uintptr_t)address, &freeing)) {
    freeing.family = FFH_FAMILY_RUST;
  }
  ffh_block block;
  ffh_free_fault fault = ffh_ledger_freed(ledger, &freeing, &block);
  leave();
  if (__builtin_expect(fault != FFH_FREE_OK && fault != FFH_FREE_TWICE, 0)) {
    add_stack(&block);
    tell_fault(fault, &block, &freeing);
  }
}

/* ---- hooks/alloc.h ---- */

bool ffh_alloc_start(ffh_alloc_fault on_fault) {
  if (__asan_get_alloc_stack == NULL || __sanitizer_install_malloc_and_free_hooks == NULL) {
    return false;
  }
  tell_fault = on_fault;
  if (ledger == NULL) {
    ledger = ffh_ledger_new();
    return ledger != NULL && __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) != 0;
  }
  return true;
}

void ffh_alloc_set_call(uint16_t call) {
  current_call = call;
}

void ffh_alloc_keep_stacks(void) {}

void ffh_alloc_begin_input(void) {
  if (ledger != NULL) {
    ffh_ledger_begin_input(ledger);
  }
}

int64_t ffh_alloc_live(void) {
  return ledger == NULL ? 0 : ffh_ledger_live(ledger);
}

bool ffh_alloc_live_ever(int64_t *live) {
  if (ledger == NULL) {
    return false;
  }
  *live = ffh_ledger_live_ever(ledger);
  return true;
}

typedef struct viewer {
  bool (*see)(const ffh_block *block, void *context);
  void *context;
} viewer;

static bool see_with_stack(const ffh_block *block, void *context) {
  const viewer *it = context;
  ffh_block whole = *block;
  add_stack(&whole);
  return it->see(&whole, it->context);
}

void ffh_alloc_each(bool (*see)(const ffh_block *block, void *context), void *context) {
  if (ledger != NULL && enter()) {
    viewer it = {see, context};
    ffh_ledger_each(ledger, see_with_stack, &it);
    leave();
  }
}

bool ffh_alloc_find(const void *address, ffh_block *block) {
  bool found = false;
  if (ledger != NULL && enter()) {
    char unused[1];
    void *start = NULL;
    size_t size = 0;
    found = ffh_ledger_find(ledger, (uintptr_t)address, block);
    if (!found) { /* faster than to look through all blocks */
      __asan_locate_address((void *)(uintptr_t)address, unused, sizeof unused, &start, &size);
      found = (uintptr_t)address - (uintptr_t)start < size &&
              ffh_ledger_find(ledger, (uintptr_t)start, block);
    }
    leave();
  }
  if (found) {
    add_stack(block);
  }
  return found;
}

void ffh_alloc_give(const void *address, uint8_t side) {
  if (ledger != NULL && enter()) {
    ffh_ledger_give(ledger, (uintptr_t)address, side, false);
    leave();
  }
}

void ffh_alloc_hand(const void *address, uint8_t side) {
  if (ledger != NULL && enter()) {
    ffh_ledger_give(ledger, (uintptr_t)address, side, true);
    leave();
  }
}
