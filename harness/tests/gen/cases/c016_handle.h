#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void f(int32_t x FFH_NEEDS(open)); /* expect: error FFH-C016 FFH_NEEDS */
FFH_BECOMES(open) void g(box *self); /* expect: error FFH-C016 creates no handle */
FFH_CHILD_OF(self) void h(box *self); /* expect: error FFH-C016 creates no handle */
FFH_CREATES FFH_CHILD_OF(n) box *i(int32_t n); /* expect: error FFH-C016 is not a handle */
FFH_RETURNS_BORROWED(n, next_call) const char *j(int32_t n); /* expect: error FFH-C016 is not a handle */
void k(box *a FFH_PARENT_OF(n), int32_t n); /* expect: error FFH-C016 is not a handle */
