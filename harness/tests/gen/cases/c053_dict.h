#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void f(int32_t x FFH_DICT("a")); /* expect: error FFH-C053 is a number */
void g(const char *t FFH_CSTR FFH_DICT(1)); /* expect: error FFH-C053 is a buffer */
void h(const char *t FFH_CSTR FFH_MAX(2) FFH_DICT("abc")); /* expect: error FFH-C053 longer than its cap */
