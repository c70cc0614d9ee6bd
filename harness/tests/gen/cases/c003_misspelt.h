#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

#define FFH_OF_THE_TARGET int32_t
FFH_STATSU(0, 4) int32_t a(box *self); /* expect: error FFH-C003 unknown word FFH_STATSU; did you mean FFH_STATUS? */
void b(box *self,
       int32_t *x FFH_OUT_ON_SUCESS); /* expect: error FFH-C003 unknown word FFH_OUT_ON_SUCESS; did you mean FFH_OUT_ON_SUCCESS? */
void c(const char *x FFH_BYTES, size_t n); /* expect: error FFH-C005 FFH_BYTES needs its arguments: FFH_BYTES(...) */
typedef struct iter iter FFH_HANDEL(FFH_SHARED); /* expect: error FFH-C003 did you mean FFH_HANDLE? */
FFH_OF_THE_TARGET d(missing x); /* expect: error FFH-C001 unknown type name 'missing' */
