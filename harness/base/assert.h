/* Always-on checks of the harness's own invariants. They write with write(2), never allocate, never
 * take a lock, and end the process with FFH-INTERNAL: a broken harness is never a finding. */
#ifndef FFH_BASE_ASSERT_H
#define FFH_BASE_ASSERT_H

#ifdef __cplusplus
extern "C" {
#endif

__attribute__((noreturn)) void ffh_internal(const char *file, int line, const char *what);

#ifdef __cplusplus
}
#endif

#define FFH_ASSERT(condition) \
  ((condition) ? (void)0 : ffh_internal(__FILE_NAME__, __LINE__, #condition))

#endif
