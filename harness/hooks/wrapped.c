/* What the linker calls in place of the allocation functions (--wrap, cmake/ffhTarget.cmake): the
 * allocation that a plan wants to fail does, every other one goes on to the real function as if
 * nothing were between (a tail call: no frame of ours is on the stack). Rust's standard allocator
 * calls malloc, posix_memalign, calloc and realloc, which are these. */
#include <errno.h>
#include <stdlib.h>

#include "hooks/failing.h"

#define FFH_GO_ON __attribute__((musttail)) return

static void *no_memory(void) {
  errno = ENOMEM;
  return NULL;
}

/* ---- C ---- */

#define FFH_WRAP_C(name, parameters, arguments)                           \
  void *__real_##name parameters;                                         \
  void *__wrap_##name parameters;                                         \
  __attribute__((visibility("default"))) void *__wrap_##name parameters { \
    if (ffh_failing_hit()) {                                              \
      return no_memory();                                                 \
    }                                                                     \
    FFH_GO_ON __real_##name arguments;                                    \
  }

FFH_WRAP_C(malloc, (size_t size), (size))
FFH_WRAP_C(calloc, (size_t count, size_t size), (count, size))
FFH_WRAP_C(aligned_alloc, (size_t align, size_t size), (align, size))
FFH_WRAP_C(memalign, (size_t align, size_t size), (align, size))
FFH_WRAP_C(reallocarray, (void *at, size_t count, size_t size), (at, count, size))
FFH_WRAP_C(strdup, (const char *text), (text))
FFH_WRAP_C(strndup, (const char *text, size_t size), (text, size))

/* With size 0 it is a free. */
void *__real_realloc(void *at, size_t size);
void *__wrap_realloc(void *at, size_t size);
__attribute__((visibility("default"))) void *__wrap_realloc(void *at, size_t size) {
  if (size != 0 && ffh_failing_hit()) {
    return no_memory();
  }
  FFH_GO_ON __real_realloc(at, size);
}

int __real_posix_memalign(void **out, size_t align, size_t size);
int __wrap_posix_memalign(void **out, size_t align, size_t size);
__attribute__((visibility("default"))) int __wrap_posix_memalign(void **out, size_t align,
                                                                 size_t size) {
  if (ffh_failing_hit()) {
    return ENOMEM;
  }
  FFH_GO_ON __real_posix_memalign(out, align, size);
}

/* ---- C++: operator new and new[], by their mangled names ---- */

/* std::__throw_bad_alloc() of libstdc++. Where that is not linked, operator new returns NULL. */
__attribute__((weak, noreturn)) void _ZSt17__throw_bad_allocv(void);

static void *throw_bad_alloc(void) {
  if (_ZSt17__throw_bad_allocv != NULL) {
    _ZSt17__throw_bad_allocv();
  }
  return NULL;
}

#define FFH_WRAP_NEW(name, parameters, arguments, fail)                   \
  void *__real_##name parameters;                                         \
  void *__wrap_##name parameters;                                         \
  __attribute__((visibility("default"))) void *__wrap_##name parameters { \
    if (ffh_failing_hit()) {                                              \
      return fail;                                                        \
    }                                                                     \
    FFH_GO_ON __real_##name arguments;                                    \
  }

/* One for each of: plain, nothrow, aligned, aligned and nothrow. */
#define FFH_WRAP_NEWS(name)                                                                     \
  FFH_WRAP_NEW(name, (size_t size), (size), throw_bad_alloc())                                  \
  FFH_WRAP_NEW(name##RKSt9nothrow_t, (size_t size, const void *nothrow), (size, nothrow), NULL) \
  FFH_WRAP_NEW(name##St11align_val_t, (size_t size, size_t align), (size, align),               \
               throw_bad_alloc())                                                               \
  FFH_WRAP_NEW(name##St11align_val_tRKSt9nothrow_t,                                             \
               (size_t size, size_t align, const void *nothrow), (size, align, nothrow), NULL)

FFH_WRAP_NEWS(_Znwm)
FFH_WRAP_NEWS(_Znam)
