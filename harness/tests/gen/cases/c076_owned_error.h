#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);
void text_free(char *text FFH_CONSUMES);

FFH_STATUS(0) int a(char **error FFH_OWNED(text_free)); /* expect: warning FFH-C076 'error' is FFH_OWNED, so what 'a' sets it to when it fails is not freed */
FFH_ERRNO int b(char **out_errmsg FFH_OWNED(text_free)); /* expect: warning FFH-C076 'out_errmsg' is FFH_OWNED */
FFH_LEGACY FFH_STATUS(0) int c(char **err FFH_OWNED(text_free)); /* expect: warning FFH-C076 'err' is FFH_OWNED */

/* No text that a failure delivers. */
FFH_STATUS(0) int d(char **text FFH_OWNED(text_free));
FFH_STATUS(0) FFH_ON_ERROR(untouched) int e(char **last_error FFH_OWNED(text_free));
void f(char **last_error FFH_OWNED(text_free));
FFH_STATUS(0) int g(char **error FFH_ERROR_OUT(text_free));
