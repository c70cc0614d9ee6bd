#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);
void text_free(char *text FFH_CONSUMES);

FFH_RETURNS_OWNDE(text_free) char *a(box *self); /* expect: error FFH-C003 unknown word FFH_RETURNS_OWNDE; did you mean FFH_RETURNS_OWNED? */

/* What follows is fine, and is not to be said anything of. */
FFH_STATUS(0, 1) int32_t b(box *self, uint32_t *n FFH_OUT);
FFH_RETURNS_OWNED(text_free) char *c(box *self);
int64_t d(const box *self, int64_t by);

FFH_RETURNS_OWNDE(text_free) char *e(box *self); /* expect: error FFH-C003 unknown word FFH_RETURNS_OWNDE; did you mean FFH_RETURNS_OWNED? */
FFH_STATUS int32_t f(box *self); /* expect: error FFH-C005 FFH_STATUS needs its arguments: FFH_STATUS(...) */
int64_t g(const box *self, int64_t by);
int64_t h(const box *self, absent x); /* expect: error FFH-C001 unknown type name 'absent' */
