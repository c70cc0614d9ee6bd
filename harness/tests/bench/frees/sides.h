/* Who allocates and frees in the cases: C, C++, Rust, and two libraries in C. Every thing has the
 * size and alignment of two int64_t. */
#ifndef FFH_BENCH_FREES_SIDES_H
#define FFH_BENCH_FREES_SIDES_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

void *c_take(void);
char *c_text(void);
void c_free(void *thing);

void *cxx_new(void);
void cxx_delete(void *thing);
void *cxx_new_array(void);
void cxx_delete_array(void *things);

void *rust_new(void);
void rust_drop(void *thing);
void *rust_text(void);
void rust_text_drop(void *text);
void *rust_aligned(void);
void rust_aligned_drop(void *thing);

void *library_a_take(void);
void library_a_free(void *thing);
void library_b_free(void *thing);

#ifdef __cplusplus
}
#endif

#endif
