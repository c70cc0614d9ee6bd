#include "frees.h"
#include "sides.h"

#define CASE(name, make, wrong, right) \
  void name##_bad(void) {              \
    wrong(make());                     \
  }                                    \
  void name##_good(void) {             \
    right(make());                     \
  }

CASE(c_malloc_cxx_delete, c_take, cxx_delete, c_free)
CASE(cxx_new_c_free, cxx_new, c_free, cxx_delete)
CASE(cxx_array_c_free, cxx_new_array, c_free, cxx_delete_array)
CASE(cxx_new_rust_drop, cxx_new, rust_drop, cxx_delete)
CASE(rust_box_cxx_delete, rust_new, cxx_delete, rust_drop)
CASE(rust_box_c_free, rust_new, c_free, rust_drop)
CASE(rust_text_c_free, rust_text, c_free, rust_text_drop)
CASE(c_malloc_rust_drop, c_take, rust_drop, c_free)
CASE(c_strdup_rust_drop, c_text, rust_text_drop, c_free)
CASE(rust_aligned_c_free, rust_aligned, c_free, rust_aligned_drop)
CASE(library_a_library_b, library_a_take, library_b_free, library_a_free)
