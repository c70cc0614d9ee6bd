/* What Rust's allocator knows and malloc is not told: that it is Rust, and the layouts. Called
 * around the work of Rust's global allocator, by the wrappers of harness/rust/wrap.c or by the
 * crate ffh-alloc. */
#ifndef FFH_RUST_H
#define FFH_RUST_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Until ffh_rust_end, the calling thread frees the block `freed` of `freed_size` bytes (NULL for
 * none) and allocates one of `size` bytes (0 for none), both aligned to `align`. They nest: the
 * outermost counts. Any thread. */
void ffh_rust_begin(const void *freed, size_t freed_size, size_t size, size_t align);
void ffh_rust_end(void);

#ifdef __cplusplus
}
#endif

#endif
