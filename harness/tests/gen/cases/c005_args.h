#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void f(int32_t x __attribute__((annotate("ffh.range(1)")))); /* expect: error FFH-C005 FFH_RANGE takes 2 arguments, not 1 */
void g(int32_t x __attribute__((annotate("ffh.range(1, (2)")))); /* expect: error FFH-C005 does not close */
