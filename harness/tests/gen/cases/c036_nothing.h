#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

FFH_STATUS(0, 1) FFH_REJECTS(null) int32_t f(box *self FFH_NULLABLE); /* expect: error FFH-C036 refuse null */
FFH_STATUS(0, 1) FFH_REJECTS(bad_utf8) int32_t g(const char *t FFH_CSTR); /* expect: error FFH-C036 refuse bad_utf8 */
FFH_STATUS(0, 1) FFH_REJECTS(stale) int32_t h(int32_t x); /* expect: error FFH-C036 refuse stale */
FFH_STATUS(0, 1) FFH_REJECTS(bad_enum) int32_t i(int32_t x); /* expect: error FFH-C036 refuse bad_enum */
FFH_STATUS(0, 1) FFH_REJECTS(has_children) int32_t l(box *b FFH_CONSUMES); /* expect: error FFH-C036 refuse has_children */
FFH_STATUS(0, 1) FFH_REJECTS(oversized) int32_t j(box *b); /* expect: error FFH-C036 refuse oversized */
FFH_STATUS(0, 1) FFH_REJECTS(length_mismatch) int32_t k(box *b); /* expect: error FFH-C036 refuse length_mismatch */
FFH_STATUS(0, 1) FFH_REJECTS(bad_version) int32_t m(box *b, uint32_t version); /* expect: error FFH-C036 refuse bad_version */
