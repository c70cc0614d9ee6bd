#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

FFH_STATUS(0) void f(box *self); /* expect: error FFH-C033 no integer result */
FFH_ERROR_NULL int32_t g(box *self); /* expect: error FFH-C033 returns no pointer */
FFH_ERRNO void h(box *self); /* expect: error FFH-C033 cannot say */
