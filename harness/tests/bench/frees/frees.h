/* Memory that crosses a boundary and is freed behind it: fourteen wrong ways, each with its correct
 * twin. A case for ffihammer is a plan with one call; for other tools it is a process that makes
 * the same call (main.c). */
#ifndef FFH_BENCH_FREES_H
#define FFH_BENCH_FREES_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the application does with a thing that it is shown, in Rust. */
typedef void (*frees_look)(void *context FFH_USERDATA, const int64_t *thing FFH_IN);
void rust_app_drops(void *context, const int64_t *thing) FFH_EXCLUDED("of the application");
void rust_app_looks(void *context, const int64_t *thing) FFH_EXCLUDED("of the application");

#define FREES_CASE(name) \
  void name##_bad(void); \
  void name##_good(void);

FREES_CASE(c_malloc_cxx_delete)
FREES_CASE(cxx_new_c_free)
FREES_CASE(cxx_array_c_free)
FREES_CASE(cxx_new_rust_drop)
FREES_CASE(rust_box_cxx_delete)
FREES_CASE(rust_box_c_free)
FREES_CASE(rust_text_c_free)
FREES_CASE(c_malloc_rust_drop)
FREES_CASE(c_strdup_rust_drop)
FREES_CASE(rust_aligned_c_free)
FREES_CASE(rust_capacity)
FREES_CASE(rust_alignment)
FREES_CASE(library_a_library_b)
void rust_library_rust_app_bad(frees_look look FFH_CALLBACK(caller, call) FFH_USES(rust_app_drops),
                               void *context FFH_USERDATA);
void rust_library_rust_app_good(frees_look look FFH_CALLBACK(caller, call) FFH_USES(rust_app_looks),
                                void *context FFH_USERDATA);

#ifdef __cplusplus
}
#endif

#endif
