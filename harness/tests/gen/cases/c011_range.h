#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void f(int32_t x FFH_RANGE(3, 2)); /* expect: error FFH-C011 3 is above 2 */
void g(float x FFH_RANGE(2, 2)); /* expect: error FFH-C011 without a value */
