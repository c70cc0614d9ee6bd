#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

FFH_REJECTS(null) void f(box *self); /* expect: error FFH-C035 no way to refuse */
FFH_STATUS(0, 1, 4) FFH_REJECTS(null : 2) int32_t g(box *self); /* expect: error FFH-C035 not one of its failures: 1, 4 */
FFH_ERROR_NULL FFH_CREATES FFH_REJECTS(null : 1) box *h(const box *self); /* expect: error FFH-C035 no FFH_STATUS */
FFH_ON_ERROR(zeroed) void i(int32_t *x FFH_OUT); /* expect: error FFH-C035 no way to fail */
