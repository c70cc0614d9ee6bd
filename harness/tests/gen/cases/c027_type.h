#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void f(long double x); /* expect: error FFH-C027 long double */
void g(_Complex double x); /* expect: error FFH-C027 no form in a plan */
__int128 h(void); /* expect: error FFH-C027 no form in a plan */
