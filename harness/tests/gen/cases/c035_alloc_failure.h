#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

FFH_STATUS(0, 1, 4) FFH_ALLOC_FAILURE(2) int32_t f(box *self); /* expect: error FFH-C035 not one of its failures: 1, 4 */
FFH_STATUS(0) FFH_ALLOC_FAILURE(0) int32_t g(box *self); /* expect: error FFH-C035 not one of its failures */
