#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);
void text_free(char *text FFH_CONSUMES);

FFH_ERROR_NULL FFH_ERRNO FFH_CREATES box *f(void); /* expect: error FFH-C007 more than one error convention */
FFH_STATUS(0) FFH_ERRNO int g(char **error FFH_ERROR_OUT(text_free)); /* expect: error FFH-C007 more than one error convention */
int h(char **a FFH_ERROR_OUT(text_free), char **b FFH_ERROR_OUT(text_free)); /* expect: error FFH-C007 more than one error message */
void i(char **error FFH_IN FFH_ERROR_OUT(text_free)); /* expect: error FFH-C007 'error' is an error message: FFH_OUT, or FFH_INOUT where an old one goes in */
void j(char **error FFH_OUT FFH_INOUT FFH_ERROR_OUT(text_free)); /* expect: error FFH-C007 'error' is an error message */
void k(char **error FFH_OUT_ON_SUCCESS FFH_ERROR_OUT(text_free)); /* expect: error FFH-C007 'error' is an error message */
