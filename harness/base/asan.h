/* The parts of the sanitizers' public interface that the runtime calls, weak: the runtime itself is
 * never instrumented, and links into builds without a sanitizer, where these are absent. */
#ifndef FFH_BASE_ASAN_H
#define FFH_BASE_ASAN_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FFH_WEAK __attribute__((weak))

FFH_WEAK void __asan_poison_memory_region(void const volatile *address, size_t size);
FFH_WEAK void __asan_unpoison_memory_region(void const volatile *address, size_t size);
/* Address >> scale, plus offset, is the address of its shadow byte. */
FFH_WEAK void __asan_get_shadow_mapping(size_t *scale, size_t *offset);
/* Reports, as instrumented code would, when one of the bytes may not be read. */
FFH_WEAK void __asan_loadN(void const volatile *address, size_t size);
FFH_WEAK void *__asan_region_is_poisoned(void *begin, size_t size);
/* Return addresses, innermost first; 0 for what has not been freed. */
FFH_WEAK size_t __asan_get_free_stack(void *address, void **trace, size_t size, int *thread);
FFH_WEAK int __asan_report_present(void);
FFH_WEAK void *__asan_get_report_address(void);
FFH_WEAK const char *__asan_get_report_description(void);
FFH_WEAK void __sanitizer_print_stack_trace(void);
/* A file descriptor, as a pointer. */
FFH_WEAK void __sanitizer_set_report_fd(void *fd);
/* True once per process: for whoever is to handle its crash. */
FFH_WEAK int __sanitizer_acquire_crash_state(void);
FFH_WEAK void __sanitizer_symbolize_pc(void *pc, const char *format, char *out, size_t size);
FFH_WEAK void __sanitizer_set_death_callback(void (*callback)(void));
FFH_WEAK int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *,
                                                                         size_t),
                                                       void (*on_free)(const volatile void *));
FFH_WEAK size_t __asan_get_alloc_stack(void *address, void **trace, size_t size, int *thread_id);
FFH_WEAK const char *__asan_locate_address(void *address, char *name, size_t name_size,
                                           void **region_address, size_t *region_size);
FFH_WEAK int __lsan_do_recoverable_leak_check(void);
FFH_WEAK void __lsan_disable(void);
FFH_WEAK void __lsan_enable(void);

#ifdef __cplusplus
}
#endif

#endif
