/* What the linker calls in place of Rust's allocation functions (--wrap, cmake/ffhRust.cmake): the
 * runtime is told the layouts, which malloc and free are not. The names are the compiler's, which
 * mangles them with a hash of its version. Without the runtime it only goes on. */
#include <stddef.h>

#include "ffh/rust.h"

#pragma weak ffh_rust_begin
#pragma weak ffh_rust_end

#define JOINED(a, b) a##b
#define NAMED(prefix, name) JOINED(prefix, name)
#define WRAP(name) NAMED(__wrap_, name)
#define REAL(name) NAMED(__real_, name)

static void begin(const void *freed, size_t freed_size, size_t size, size_t align) {
  if (ffh_rust_begin != NULL) {
    ffh_rust_begin(freed, freed_size, size, align);
  }
}

static void end(void) {
  if (ffh_rust_end != NULL) {
    ffh_rust_end();
  }
}

void *REAL(FFH_RUST_ALLOC)(size_t size, size_t align);
void *WRAP(FFH_RUST_ALLOC)(size_t size, size_t align);
void *WRAP(FFH_RUST_ALLOC)(size_t size, size_t align) {
  begin(NULL, 0, size, align);
  void *block = REAL(FFH_RUST_ALLOC)(size, align);
  end();
  return block;
}

void *REAL(FFH_RUST_ALLOC_ZEROED)(size_t size, size_t align);
void *WRAP(FFH_RUST_ALLOC_ZEROED)(size_t size, size_t align);
void *WRAP(FFH_RUST_ALLOC_ZEROED)(size_t size, size_t align) {
  begin(NULL, 0, size, align);
  void *block = REAL(FFH_RUST_ALLOC_ZEROED)(size, align);
  end();
  return block;
}

void *REAL(FFH_RUST_REALLOC)(void *block, size_t old_size, size_t align, size_t size);
void *WRAP(FFH_RUST_REALLOC)(void *block, size_t old_size, size_t align, size_t size);
void *WRAP(FFH_RUST_REALLOC)(void *block, size_t old_size, size_t align, size_t size) {
  begin(block, old_size, size, align);
  void *moved = REAL(FFH_RUST_REALLOC)(block, old_size, align, size);
  end();
  return moved;
}

void REAL(FFH_RUST_DEALLOC)(void *block, size_t size, size_t align);
void WRAP(FFH_RUST_DEALLOC)(void *block, size_t size, size_t align);
void WRAP(FFH_RUST_DEALLOC)(void *block, size_t size, size_t align) {
  begin(block, size, 0, align);
  REAL(FFH_RUST_DEALLOC)(block, size, align);
  end();
}
