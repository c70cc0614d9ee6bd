#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void f(void *p FFH_OUT); /* expect: error FFH-C023 without a length */
FFH_RETURNS_STATIC const void *g(void); /* expect: error FFH-C023 unknown length */
void h(uint8_t *p FFH_OUT FFH_WRITTEN(n), size_t *n FFH_OUT); /* expect: error FFH-C023 without a length */
