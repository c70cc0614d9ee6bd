#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void f(const uint8_t *p FFH_BYTES(n), float n); /* expect: error FFH-C021 is not an integer */
void g(const uint8_t *p FFH_BYTES(n), const size_t *n FFH_IN); /* expect: error FFH-C021 the callee reads it */
void h(uint8_t *p FFH_OUT FFH_CAPACITY(n) FFH_WRITTEN(w), size_t n, size_t w); /* expect: error FFH-C021 cannot be written */
