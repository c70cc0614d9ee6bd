#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

FFH_CREATES int32_t f(void); /* expect: error FFH-C017 FFH_CREATES */
FFH_CREATES char *g(void); /* expect: error FFH-C017 creates nothing */
void h(box *out FFH_CREATES); /* expect: error FFH-C017 passed by value */
void i(int32_t **out FFH_CREATES); /* expect: error FFH-C017 creates nothing */
