/* One case in a process of its own, without ffihammer: main NAME. Exits with 0 when it comes
 * through. */
#include <stdio.h>
#include <string.h>

#include "frees.h"

typedef struct single {
  const char *name;
  void (*run)(void);
} single;

static void rust_library_rust_app(void) {
  rust_library_rust_app_bad(rust_app_drops, NULL);
}

static void rust_library_rust_app_twin(void) {
  rust_library_rust_app_good(rust_app_looks, NULL);
}

#define BOTH(name)              \
  {#name "_bad", name##_bad}, { \
    #name "_good", name##_good  \
  }

static const single singles[] = {
    BOTH(c_malloc_cxx_delete),
    BOTH(cxx_new_c_free),
    BOTH(cxx_array_c_free),
    BOTH(cxx_new_rust_drop),
    BOTH(rust_box_cxx_delete),
    BOTH(rust_box_c_free),
    BOTH(rust_text_c_free),
    BOTH(c_malloc_rust_drop),
    BOTH(c_strdup_rust_drop),
    BOTH(rust_aligned_c_free),
    BOTH(rust_capacity),
    BOTH(rust_alignment),
    BOTH(library_a_library_b),
    {"rust_library_rust_app_bad", rust_library_rust_app},
    {"rust_library_rust_app_good", rust_library_rust_app_twin},
};

int main(int argc, char **argv) {
  for (size_t i = 0; argc == 2 && i < sizeof singles / sizeof singles[0]; i++) {
    if (strcmp(argv[1], singles[i].name) == 0) {
      singles[i].run();
      return 0;
    }
  }
  fputs("usage: main CASE\n", stderr);
  return 64;
}
