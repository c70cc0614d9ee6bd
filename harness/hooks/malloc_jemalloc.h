/* Blocks of the flavor native, each behind a header of 16 bytes that says whose it is: sides,
 * families, layouts, double and invalid frees are told without a table. malloc_jemalloc.c gives
 * these functions the names of libc and of C++. Any thread. */
#ifndef FFH_HOOKS_MALLOC_JEMALLOC_H
#define FFH_HOOKS_MALLOC_JEMALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hooks/alloc.h"

/* Changed by the main thread, while nobody else runs. */
typedef struct ffh_native_state {
  ffh_alloc_fault tell; /* NULL: nobody is told yet */
  uint32_t epoch;       /* one more with each input */
  bool keeps_details;   /* of blocks that are allocated from now on */
  bool asks_who;        /* whether the runtime libraries allocate: there are tagged archives */
  bool looks_closer;    /* one of these two */
  bool wants_purge;     /* so much was freed that it should be given back */
} ffh_native_state;

extern ffh_native_state ffh_native;

/* `align` 0: as malloc does. `caller` is where the call returns to. NULL, with errno untouched,
 * without memory or for what no library means (as the sanitizers' profile caps it). */
void *ffh_native_allocate(size_t size, size_t align, uint8_t family, bool zero, const void *caller);

/* `size` and `align` as the caller states them, 0 where it does not. */
void ffh_native_free(void *at, size_t size, size_t align, uint8_t family);

/* As realloc; the old block stays where there is no memory. `old_size` and `align` as in a free. */
void *ffh_native_reallocate(void *at, size_t size, size_t old_size, size_t align, uint8_t family,
                            const void *caller);

/* As malloc_usable_size: what was asked for, and nothing more. 0 for what is no block. */
size_t ffh_native_size(const void *at);

#endif
