#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

FFH_LEGACY FFH_RETURNS_OWNED(free) char *a(void);
FFH_LEGACY void free(void *memory FFH_CONSUMES FFH_NULLABLE); /* expect: error FFH-C074 'free' is everybody's */
FFH_LEGACY FFH_SYMBOL(_ZdlPv) void b(void *memory); /* expect: error FFH-C074 '_ZdlPv' */
