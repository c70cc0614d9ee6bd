/* jemalloc's own functions, under the names that cmake/jemalloc.syms gives them: the plain names
 * are ours (malloc_jemalloc.c). Only in the flavor native. */
#ifndef FFH_HOOKS_JEMALLOC_H
#define FFH_HOOKS_JEMALLOC_H

#include <stddef.h>

void *ffh_je_mallocx(size_t size, int flags);
void ffh_je_sdallocx(void *at, size_t size, int flags);
size_t ffh_je_nallocx(size_t size, int flags);
size_t ffh_je_xallocx(void *at, size_t size, size_t extra, int flags);
int ffh_je_mallctl(const char *name, void *old, size_t *old_size, void *new_value, size_t new_size);

#endif
