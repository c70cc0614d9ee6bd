#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

FFH_RETURNS_BORROWED(self, later) const char *f(box *self); /* expect: error FFH-C056 later */
void g(box *a, box *b FFH_KEPT_UNTIL(next_call)); /* expect: error FFH-C056 next_call */
void h(void (*cb)(void) FFH_CALLBACK(caller, next_call)); /* expect: error FFH-C056 cannot end at */
