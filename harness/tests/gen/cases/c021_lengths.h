#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void f(const char *const *p FFH_STRINGS(n, sizes), size_t n, size_t sizes); /* expect: error FFH-C021 not an array of lengths */
