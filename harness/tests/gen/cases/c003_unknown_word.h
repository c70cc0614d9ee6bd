#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

__attribute__((annotate("ffh.create"))) void f(void); /* expect: error FFH-C003 'ffh.create' is not a word */
