#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void f(box *self FFH_CREATES FFH_PLACED); /* expect: error FFH-C068 is no storage */
void g(box *self FFH_PLACED); /* expect: error FFH-C068 creates no handle */
void h(box **self FFH_CREATES FFH_PLACED); /* expect: error FFH-C068 creates no handle */
