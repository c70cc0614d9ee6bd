/* The allocation functions of an archive with a side of its own (cmake/ffhTag.cmake): each goes on
 * to the real one, with the thread on the archive's side meanwhile. Compiled once for each such
 * archive, with FFH_TAG_SIDE, FFH_TAG_NAME and a prefix for the names; with -fexceptions, for
 * operator new may throw. */
#include <stdlib.h>
#include <string.h>

#include "ffh/cross.h"

#define JOINED(a, b) a##b
#define NAMED(prefix, name) JOINED(prefix, name)
#define TAGGED(name) NAMED(FFH_TAG_PREFIX, name)

__attribute__((constructor)) static void name_side(void) {
  ffh_side_set_name(FFH_TAG_SIDE, FFH_TAG_NAME);
}

static uint8_t enter(void) {
  uint8_t before = ffh_here_now.side;
  ffh_here_now.side = FFH_TAG_SIDE;
  return before;
}

static void leave(const uint8_t *before) {
  ffh_here_now.side = *before;
}

#define ON_SIDE __attribute__((cleanup(leave))) uint8_t before = enter()

#define FFH_TAG(result, name, parameters, arguments) \
  result TAGGED(name) parameters;                    \
  result TAGGED(name) parameters {                   \
    ON_SIDE;                                         \
    return name arguments;                           \
  }

#define FFH_TAG_VOID(name, parameters, arguments) \
  void TAGGED(name) parameters;                   \
  void TAGGED(name) parameters {                  \
    ON_SIDE;                                      \
    name arguments;                               \
  }

/* ---- C ---- */

void *memalign(size_t align, size_t size);

FFH_TAG(void *, malloc, (size_t size), (size))
FFH_TAG(void *, calloc, (size_t count, size_t size), (count, size))
FFH_TAG(void *, realloc, (void *block, size_t size), (block, size))
FFH_TAG(void *, reallocarray, (void *block, size_t count, size_t size), (block, count, size))
FFH_TAG(void *, aligned_alloc, (size_t align, size_t size), (align, size))
FFH_TAG(void *, memalign, (size_t align, size_t size), (align, size))
FFH_TAG(int, posix_memalign, (void **block, size_t align, size_t size), (block, align, size))
FFH_TAG(char *, strdup, (const char *text), (text))
FFH_TAG(char *, strndup, (const char *text, size_t size), (text, size))
FFH_TAG_VOID(free, (void *block), (block))

/* ---- C++: operator new and delete, [], nothrow, aligned, sized ---- */

#define FFH_TAG_NEW(name, parameters, arguments) \
  void *name parameters;                         \
  FFH_TAG(void *, name, parameters, arguments)

#define FFH_TAG_DELETE(name, parameters, arguments) \
  void name parameters;                             \
  FFH_TAG_VOID(name, parameters, arguments)

FFH_TAG_NEW(_Znwm, (size_t size), (size))
FFH_TAG_NEW(_Znam, (size_t size), (size))
FFH_TAG_NEW(_ZnwmRKSt9nothrow_t, (size_t size, const void *no), (size, no))
FFH_TAG_NEW(_ZnamRKSt9nothrow_t, (size_t size, const void *no), (size, no))
FFH_TAG_NEW(_ZnwmSt11align_val_t, (size_t size, size_t align), (size, align))
FFH_TAG_NEW(_ZnamSt11align_val_t, (size_t size, size_t align), (size, align))
FFH_TAG_NEW(_ZnwmSt11align_val_tRKSt9nothrow_t, (size_t size, size_t align, const void *no),
            (size, align, no))
FFH_TAG_NEW(_ZnamSt11align_val_tRKSt9nothrow_t, (size_t size, size_t align, const void *no),
            (size, align, no))
FFH_TAG_DELETE(_ZdlPv, (void *block), (block))
FFH_TAG_DELETE(_ZdaPv, (void *block), (block))
FFH_TAG_DELETE(_ZdlPvm, (void *block, size_t size), (block, size))
FFH_TAG_DELETE(_ZdaPvm, (void *block, size_t size), (block, size))
FFH_TAG_DELETE(_ZdlPvSt11align_val_t, (void *block, size_t align), (block, align))
FFH_TAG_DELETE(_ZdaPvSt11align_val_t, (void *block, size_t align), (block, align))
FFH_TAG_DELETE(_ZdlPvmSt11align_val_t, (void *block, size_t size, size_t align),
               (block, size, align))
FFH_TAG_DELETE(_ZdaPvmSt11align_val_t, (void *block, size_t size, size_t align),
               (block, size, align))
FFH_TAG_DELETE(_ZdlPvRKSt9nothrow_t, (void *block, const void *no), (block, no))
FFH_TAG_DELETE(_ZdaPvRKSt9nothrow_t, (void *block, const void *no), (block, no))
