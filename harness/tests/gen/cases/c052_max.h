#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void f(int32_t x FFH_MAX(3)); /* expect: error FFH-C052 not a length */
void g(const char *t FFH_CSTR FFH_MAX(0)); /* expect: error FFH-C052 below 1 */
