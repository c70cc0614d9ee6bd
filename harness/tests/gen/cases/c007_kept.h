#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void f(box *b, const uint8_t *p FFH_BYTES(n) FFH_BORROWED FFH_KEPT_UNTIL(destroy(b)), size_t n); /* expect: error FFH-C007 and kept */
