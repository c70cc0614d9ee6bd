#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);
typedef struct iter iter FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL iter *iter_new(void);
void iter_free(iter *self FFH_CONSUMES);
void text_free(char *text FFH_CONSUMES);
void number_free(int32_t *number FFH_CONSUMES);
void any_free(void *memory FFH_CONSUMES);

FFH_RETURNS_OWNED(text_free) char *a(box *self);
FFH_RETURNS_OWNED(any_free) char *b(box *self);
typedef char letter;
FFH_RETURNS_OWNED(text_free) letter *c(box *self);
void ca(const char **out FFH_OWNED(text_free));
FFH_RETURNS_OWNED(number_free) FFH_LENGTH(n) void *d(box *self, size_t *n FFH_OUT);

FFH_RETURNS_OWNED(iter_free) char *f(box *self); /* expect: error FFH-C060 `iter_free` frees a `iter *`, not a `char *` */
FFH_RETURNS_OWNED(number_free) char *g(box *self); /* expect: error FFH-C060 `number_free` frees a `int32_t *`, not a `char *` */
FFH_RETURNS_OWNED(iter_free) FFH_LENGTH(n) void *h(size_t *n FFH_OUT); /* expect: error FFH-C060 not a `void *` */
void i(char **out FFH_OWNED(iter_free)); /* expect: error FFH-C060 FFH_OWNED: `iter_free` frees a `iter *`, not a `char *` */
void j(char **error FFH_ERROR_OUT(iter_free)); /* expect: error FFH-C060 FFH_ERROR_OUT: `iter_free` frees a `iter *`, not a `char *` */
void k(char *text FFH_TRANSFERRED(iter_free)); /* expect: error FFH-C060 FFH_TRANSFERRED: `iter_free` frees a `iter *`, not a `char *` */
void l(box *self FFH_TRANSFERRED(iter_free)); /* expect: error FFH-C060 FFH_TRANSFERRED: `iter_free` frees a `iter *`, not a `box *` */
void bytes_free(uint8_t *bytes FFH_CONSUMES);
void m(char **error FFH_ERROR_OUT(bytes_free)); /* expect: error FFH-C060 FFH_ERROR_OUT: `bytes_free` frees a `uint8_t *`, not a `char *` */
FFH_RETURNS_OWNED(text_free) FFH_LENGTH(n) uint8_t *n(size_t *n FFH_OUT); /* expect: error FFH-C060 `text_free` frees a `char *`, not a `uint8_t *` */
FFH_RETURNS_OWNED(bytes_free) FFH_LENGTH(n) unsigned char *o(size_t *n FFH_OUT);
