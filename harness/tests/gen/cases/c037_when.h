#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

int32_t ready(int32_t x);
void idle(const box *self);
FFH_WHEN(ready) void f(box *self); /* expect: error FFH-C037 cannot ask 'ready' */
FFH_WHEN(idle) void g(box *self); /* expect: error FFH-C037 cannot ask */
int32_t full(const box *self);
FFH_WHEN(full) void h(int32_t x); /* expect: error FFH-C037 cannot ask */
