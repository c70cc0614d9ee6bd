#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void f(int32_t x FFH_NULLABLE); /* expect: error FFH-C054 FFH_NULLABLE */
void g(int32_t x FFH_BYTES(n), size_t n); /* expect: error FFH-C054 FFH_BYTES */
FFH_RETURNS_STATIC int32_t h(void); /* expect: error FFH-C054 FFH_RETURNS_STATIC */
void text_free(char *p FFH_CONSUMES);
FFH_RETURNS_OWNED(text_free) char *text_new(void);
void i(char *p FFH_OWNED(text_free)); /* expect: error FFH-C054 is no pointer to a pointer */
void j(const int32_t *p FFH_CSTR); /* expect: error FFH-C054 no `char *` */
void k(box *p FFH_CONSUMES FFH_BYTES(n), size_t n); /* expect: error FFH-C054 'p' has FFH_BYTES, and is a handle */
void l(char *p FFH_TRANSFERRED(text_free) FFH_CAPACITY(n), size_t n); /* expect: error FFH-C054 FFH_CAPACITY, and is memory that goes back */
