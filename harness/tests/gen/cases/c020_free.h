#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

FFH_RETURNS_OWNED(text_free) char *f(box *self); /* expect: error FFH-C020 is not a function of the contract */
void other_free(int32_t x);
FFH_RETURNS_OWNED(other_free) char *g(box *self); /* expect: error FFH-C020 consumes none */
