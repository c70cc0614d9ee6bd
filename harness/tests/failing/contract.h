/* What code in C, C++ and Rust does when an allocation fails: `..._bad` goes wrong, `..._good` does
 * the same thing correctly. The plans beside this header call one of them each; test_failing.py
 * checks what is reported. */
#ifndef FFH_TESTS_FAILING_CONTRACT_H
#define FFH_TESTS_FAILING_CONTRACT_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#include "callback.h"

#ifdef __cplusplus
extern "C" {
#endif

FFH_INIT void failing_init(void);
FFH_FINI void failing_fini(void);
/* From now on the end gives nothing back. */
void failing_forget(void);

/* 0 done, 1 bad input, 3 out of memory. */
typedef struct pair pair FFH_HANDLE(FFH_SHARED);
void pair_destroy(pair *self FFH_CONSUMES FFH_NULLABLE);

FFH_STATUS(0, 3) FFH_ALLOC_FAILURE(3) int32_t c_leak_bad(pair **out FFH_CREATES);
FFH_STATUS(0, 3) FFH_ALLOC_FAILURE(3) int32_t c_leak_good(pair **out FFH_CREATES);
FFH_STATUS(0, 3) FFH_ALLOC_FAILURE(3) int32_t c_crash_bad(uint32_t size FFH_RANGE(1, 64));
FFH_STATUS(0, 3) FFH_ALLOC_FAILURE(3) int32_t c_crash_good(uint32_t size FFH_RANGE(1, 64));
FFH_STATUS(0, 1, 3) FFH_ALLOC_FAILURE(3) int32_t c_status_bad(uint32_t size FFH_RANGE(1, 64));
FFH_STATUS(0, 1, 3) FFH_ALLOC_FAILURE(3) int32_t c_status_good(uint32_t size FFH_RANGE(1, 64));
/* Without the block it works all the same. */
FFH_STATUS(0, 1) FFH_ALLOC_FAILURE(any) int32_t c_without(uint32_t size FFH_RANGE(1, 64));
/* How many of its allocations fail: one for each function that allocates. */
FFH_STATUS(0, 1) FFH_ALLOC_FAILURE(any) int32_t c_count(void);

/* The same of the two around a callback: what that allocates is not the library's. */
typedef void (*visitor)(void);
FFH_STATUS(0, 1)
FFH_ALLOC_FAILURE(any) int32_t c_visit(visitor visit FFH_CALLBACK(caller, call) FFH_USES(on_visit));

FFH_STATUS(0, 3) FFH_ALLOC_FAILURE(3) int32_t cxx_leak_bad(uint32_t size FFH_RANGE(1, 64));
FFH_STATUS(0, 3) FFH_ALLOC_FAILURE(3) int32_t cxx_leak_good(uint32_t size FFH_RANGE(1, 64));
FFH_STATUS(0, 3) FFH_ALLOC_FAILURE(3) int32_t cxx_unwind_bad(uint32_t size FFH_RANGE(1, 64));
FFH_STATUS(0, 3) FFH_ALLOC_FAILURE(3) int32_t cxx_unwind_good(uint32_t size FFH_RANGE(1, 64));
/* The same for the forms of operator new. */
FFH_STATUS(0, 1) FFH_ALLOC_FAILURE(any) int32_t cxx_count(void);

FFH_STATUS(0, 3) FFH_ALLOC_FAILURE(3) int32_t rust_leak_bad(uint32_t size FFH_RANGE(1, 64));
FFH_STATUS(0, 3) FFH_ALLOC_FAILURE(3) int32_t rust_leak_good(uint32_t size FFH_RANGE(1, 64));
FFH_STATUS(0, 3) FFH_ALLOC_FAILURE(3) int32_t rust_abort_bad(uint32_t size FFH_RANGE(1, 64));
FFH_STATUS(0, 3) FFH_ALLOC_FAILURE(3) int32_t rust_abort_good(uint32_t size FFH_RANGE(1, 64));

#ifdef __cplusplus
}
#endif

#endif
