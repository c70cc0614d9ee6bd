#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

typedef struct jar jar FFH_HANDLE(FFH_SERIAL); /* expect: error FFH-C040 nothing destroys it */
FFH_CREATES jar *jar_new(void);
void jar_use(jar *self);
