#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

typedef int32_t number FFH_HANDLE(FFH_SHARED); /* expect: error FFH-C013 not a struct */
void f(number n);
