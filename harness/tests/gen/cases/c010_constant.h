#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void f(int32_t x FFH_RANGE(0, LIMIT)); /* expect: error FFH-C010 'LIMIT' is not a constant */
void g(int32_t x FFH_RANGE(0, sizeof(struct box))); /* expect: error FFH-C010 is not a constant */
void h(int32_t x FFH_RANGE(0, 1 / 0)); /* expect: error FFH-C010 is not a constant */
