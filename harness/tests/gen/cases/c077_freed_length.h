#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

typedef struct part {
  uint8_t *bytes FFH_OWNED(bytes_free) FFH_LENGTH(n);
  size_t n;
  uint8_t *more FFH_OWNED(bytes_free); /* expect: error FFH-C077 'f' delivers memory for 'bytes_free', which takes its length in 'n', and states none */
} part;

void bytes_free(uint8_t *bytes FFH_CONSUMES FFH_NULLABLE FFH_BYTES(n), size_t n);
void text_free(char *text FFH_CONSUMES FFH_LENGTH(n), size_t n);
void text_adopt(char *text FFH_TRANSFERRED(text_plain_free) FFH_ARRAY(count), uint32_t count);
void text_plain_free(char *text FFH_CONSUMES);

FFH_RETURNS_OWNED(bytes_free) FFH_LENGTH(n) uint8_t *a(size_t *n FFH_OUT);
FFH_RETURNS_OWNED(bytes_free) uint8_t *b(box *self); /* expect: error FFH-C077 'b' delivers memory for 'bytes_free' */
void c(uint8_t **out FFH_OWNED(bytes_free) FFH_LENGTH(n), size_t *n FFH_OUT, uint8_t **more FFH_OWNED(bytes_free)); /* expect: error FFH-C077 'c' delivers memory for 'bytes_free' */
void d(box *self, char **error FFH_ERROR_OUT(text_free)); /* expect: error FFH-C077 'd' delivers memory for 'text_free', which takes its length in 'n' */
FFH_RETURNS_OWNED(text_plain_free) char *e(box *self); /* expect: error FFH-C077 'e' delivers memory for 'text_adopt', which takes its length in 'count' */
void f(part *out FFH_OUT);
FFH_LEGACY FFH_RETURNS_OWNED(bytes_free) uint8_t *g(void);
