/* What the timing main and a fuzz target agree on: a count of the library calls that were made. */
#ifndef FFH_TESTS_BENCH_BENCH_H
#define FFH_TESTS_BENCH_BENCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

uint64_t bench_calls(void);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#ifdef __cplusplus
}
#endif

#endif
