/* The names under which a library allocates: libc's and C++'s. They are defined in the executable,
 * so that shared libraries are bound to them too. strdup, getline and their like call malloc. */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "boundary/block.h"
#include "hooks/malloc_jemalloc.h"
#include "hooks/rust.h"

/* Weak, as a sanitizer's are: a target with an allocator of its own links, and is told why it
 * cannot be run (unseen.c). */
#define EXPORT __attribute__((visibility("default"), weak))
enum { MALLOC = FFH_FAMILY_MALLOC, NEW = FFH_FAMILY_NEW, NEW_ARRAY = FFH_FAMILY_NEW_ARRAY };

static inline void *or_errno(void *at) {
  if (__builtin_expect(at == NULL, 0)) {
    errno = ENOMEM;
  }
  return at;
}

static inline bool is_power_of_2(size_t number) {
  return number != 0 && (number & (number - 1)) == 0;
}

/* Where the function that it is written in returns to. */
#define CALLER __builtin_return_address(0)

/* ---- C, and below Rust's allocator, which has announced what it wants ---- */

static inline void *allocate(size_t size, size_t align, bool zero, const void *caller) {
  uint32_t rust_align = 0;
  if (ffh_rust_allocates(size, &rust_align)) {
    return or_errno(ffh_native_allocate(size, rust_align, FFH_FAMILY_RUST, zero, caller));
  }
  return or_errno(ffh_native_allocate(size, align, MALLOC, zero, caller));
}

static inline void release(void *at) {
  ffh_freeing freeing;
  if (ffh_rust_frees((uintptr_t)at, &freeing)) {
    ffh_native_free(at, freeing.size, freeing.align, FFH_FAMILY_RUST);
    return;
  }
  ffh_native_free(at, 0, 0, MALLOC);
}

EXPORT void *malloc(size_t size) {
  return allocate(size, 0, false, CALLER);
}

EXPORT void *calloc(size_t count, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(count, size, &total)) {
    return or_errno(NULL);
  }
  return allocate(total, 0, true, CALLER);
}

static inline void *reallocate(void *at, size_t size, const void *caller) {
  if (at == NULL) {
    return allocate(size, 0, false, caller);
  }
  if (size == 0) { /* as glibc does */
    release(at);
    return NULL;
  }
  ffh_freeing freeing;
  if (ffh_rust_frees((uintptr_t)at, &freeing)) {
    return or_errno(
        ffh_native_reallocate(at, size, freeing.size, freeing.align, FFH_FAMILY_RUST, caller));
  }
  return or_errno(ffh_native_reallocate(at, size, 0, 0, MALLOC, caller));
}

EXPORT void *realloc(void *at, size_t size) {
  return reallocate(at, size, CALLER);
}

EXPORT void *reallocarray(void *at, size_t count, size_t size) {
  size_t total;
  return __builtin_mul_overflow(count, size, &total) ? or_errno(NULL)
                                                     : reallocate(at, total, CALLER);
}

EXPORT void free(void *at) {
  release(at);
}

EXPORT void cfree(void *at);
EXPORT void cfree(void *at) {
  release(at);
}

static inline void *allocate_aligned(size_t align, size_t size, const void *caller) {
  if (!is_power_of_2(align)) {
    errno = EINVAL;
    return NULL;
  }
  return allocate(size, align, false, caller);
}

EXPORT void *aligned_alloc(size_t align, size_t size) {
  return allocate_aligned(align, size, CALLER);
}

EXPORT void *memalign(size_t align, size_t size);
EXPORT void *memalign(size_t align, size_t size) {
  return allocate_aligned(align, size, CALLER);
}

EXPORT int posix_memalign(void **at, size_t align, size_t size) {
  if (!is_power_of_2(align) || align % sizeof(void *) != 0) {
    return EINVAL;
  }
  int error = errno;
  void *found = allocate(size, align, false, CALLER);
  errno = error;
  if (found == NULL) {
    return ENOMEM;
  }
  *at = found;
  return 0;
}

enum { PAGE = 4096 };

EXPORT void *valloc(size_t size) {
  return allocate_aligned(PAGE, size, CALLER);
}

EXPORT void *pvalloc(size_t size);
EXPORT void *pvalloc(size_t size) {
  return allocate_aligned(PAGE, (size + PAGE - 1) & ~(size_t)(PAGE - 1), CALLER);
}

EXPORT size_t malloc_usable_size(void *at);
EXPORT size_t malloc_usable_size(void *at) {
  return ffh_native_size(at);
}

/* ---- C++: [new.delete], by the names of the Itanium ABI ---- */

/* Of libstdc++, present where the library under test is C++. */
__attribute__((weak)) void bad_alloc(void) __asm__("_ZSt17__throw_bad_allocv");
__attribute__((weak)) void (*new_handler(void))(void) __asm__("_ZSt15get_new_handlerv");

static void *make(size_t size, size_t align, uint8_t family, bool may_fail, const void *caller) {
  for (;;) {
    void *at = ffh_native_allocate(size, align, family, false, caller);
    if (__builtin_expect(at != NULL, 1) || may_fail) {
      return at;
    }
    void (*handler)(void) = new_handler == NULL ? NULL : new_handler();
    if (handler != NULL) {
      handler();
    } else if (bad_alloc != NULL) {
      bad_alloc();
    } else {
      abort();
    }
  }
}

#define MAKES(c_name, symbol, family, align, may_fail, ...) \
  EXPORT void *c_name(__VA_ARGS__) __asm__(symbol);         \
  EXPORT void *c_name(__VA_ARGS__) {                        \
    return make(size, align, family, may_fail, CALLER);     \
  }

MAKES(new_plain, "_Znwm", NEW, 0, false, size_t size)
MAKES(new_array, "_Znam", NEW_ARRAY, 0, false, size_t size)
MAKES(new_aligned, "_ZnwmSt11align_val_t", NEW, align, false, size_t size, size_t align)
MAKES(new_array_aligned, "_ZnamSt11align_val_t", NEW_ARRAY, align, false, size_t size, size_t align)

#define MAKES_NOTHROW(c_name, symbol, family, align, ...)            \
  EXPORT void *c_name(__VA_ARGS__, const void *tag) __asm__(symbol); \
  EXPORT void *c_name(__VA_ARGS__, const void *tag) {                \
    (void)tag;                                                       \
    return make(size, align, family, true, CALLER);                  \
  }

MAKES_NOTHROW(new_nothrow, "_ZnwmRKSt9nothrow_t", NEW, 0, size_t size)
MAKES_NOTHROW(new_array_nothrow, "_ZnamRKSt9nothrow_t", NEW_ARRAY, 0, size_t size)
MAKES_NOTHROW(new_aligned_nothrow, "_ZnwmSt11align_val_tRKSt9nothrow_t", NEW, align, size_t size,
              size_t align)
MAKES_NOTHROW(new_array_aligned_nothrow, "_ZnamSt11align_val_tRKSt9nothrow_t", NEW_ARRAY, align,
              size_t size, size_t align)

/* The further parameters (size, alignment, nothrow) say nothing that the header does not. */
#define DELETES(c_name, symbol, family)         \
  EXPORT void c_name(void *at) __asm__(symbol); \
  EXPORT void c_name(void *at) {                \
    ffh_native_free(at, 0, 0, family);          \
  }

DELETES(delete_plain, "_ZdlPv", NEW)
DELETES(delete_sized, "_ZdlPvm", NEW)
DELETES(delete_nothrow, "_ZdlPvRKSt9nothrow_t", NEW)
DELETES(delete_aligned, "_ZdlPvSt11align_val_t", NEW)
DELETES(delete_sized_aligned, "_ZdlPvmSt11align_val_t", NEW)
DELETES(delete_aligned_nothrow, "_ZdlPvSt11align_val_tRKSt9nothrow_t", NEW)
DELETES(delete_array, "_ZdaPv", NEW_ARRAY)
DELETES(delete_array_sized, "_ZdaPvm", NEW_ARRAY)
DELETES(delete_array_nothrow, "_ZdaPvRKSt9nothrow_t", NEW_ARRAY)
DELETES(delete_array_aligned, "_ZdaPvSt11align_val_t", NEW_ARRAY)
DELETES(delete_array_sized_aligned, "_ZdaPvmSt11align_val_t", NEW_ARRAY)
DELETES(delete_array_aligned_nothrow, "_ZdaPvSt11align_val_tRKSt9nothrow_t", NEW_ARRAY)
