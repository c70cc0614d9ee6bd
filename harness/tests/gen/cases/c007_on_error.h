#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

FFH_STATUS(0, 1) FFH_ON_ERROR(zeroed)
int32_t f(box *self, int32_t *x FFH_OUT_ON_SUCCESS); /* expect: error FFH-C007 on success only */
