#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void f(const char *text); /* expect: error FFH-C015 is a `const char *` */
void g(void *p); /* expect: error FFH-C015 is a `void *` */
void h(const uint8_t *p, size_t n); /* expect: error FFH-C015 is not stated */
void i(char **p); /* expect: error FFH-C015 is not stated */
