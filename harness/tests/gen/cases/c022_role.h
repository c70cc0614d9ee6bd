#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void f(const uint8_t *p FFH_BYTES(n), uint8_t *q FFH_OUT FFH_CAPACITY(m) FFH_WRITTEN(m), size_t n,
       size_t *m FFH_INOUT);
void g(const uint8_t *p FFH_BYTES(n),
       uint8_t *q FFH_OUT FFH_CAPACITY(k) FFH_WRITTEN(n), /* expect: error FFH-C022 another kind of length */
       size_t k, size_t *n FFH_INOUT);
void text_free(char *text FFH_CONSUMES FFH_LENGTH(n), size_t n);
FFH_RETURNS_OWNED(text_free) FFH_LENGTH(n) char *text_new(size_t *n FFH_OUT);
void h(const char *p FFH_BYTES(n),
       char *text FFH_TRANSFERRED(text_free) FFH_BYTES(n), /* expect: error FFH-C022 'n' already is the length of something else */
       size_t n);
void i(char *text FFH_TRANSFERRED(text_free) FFH_BYTES(n),
       char *p FFH_OUT FFH_BYTES(n), size_t n); /* expect: error FFH-C022 'n' already is the length of something else */
