#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void text_free(char *p FFH_CONSUMES);
FFH_RETURNS_OWNED(text_free) FFH_RETURNS_STATIC char *f(void); /* expect: error FFH-C007 more than one owner */
