#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

FFH_ERROR_NULL FFH_CREATES FFH_ALLOC_FAILURE(2) box *f(const box *self); /* expect: error FFH-C006 has no FFH_STATUS; use any */
FFH_ALLOC_FAILURE(null) void g(box *self); /* expect: error FFH-C006 has no FFH_STATUS; use any */
