#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

int32_t slow(const box *self, int32_t level FFH_RANGE(0, 9)); /* expect: error FFH-C062 the shadow of 'fast' */
FFH_SHADOW(slow) int32_t fast(const box *self, int32_t level FFH_RANGE(0, 9));
